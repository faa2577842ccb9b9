// The theme follows the system until someone chooses.

export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'outlay.theme';

class Theme {
  choice = $state<ThemeChoice>('system');
  dark = $state(false);
  /** Counts up whenever colours changed, so that canvases are drawn anew. */
  version = $state(0);

  start(): void {
    const stored = localStorage.getItem(KEY);
    if (stored === 'light' || stored === 'dark') this.choice = stored;
    const system = matchMedia('(prefers-color-scheme: dark)');
    const contrast = matchMedia('(prefers-contrast: more)');
    const apply = () => {
      this.#apply(system.matches);
    };
    system.addEventListener('change', apply);
    contrast.addEventListener('change', apply);
    apply();
    // A canvas that was drawn before the typeface came is drawn anew.
    void document.fonts.load('11px Inter').then(() => (this.version += 1));
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    localStorage.setItem(KEY, choice);
    this.#apply(matchMedia('(prefers-color-scheme: dark)').matches);
  }

  #apply(systemIsDark: boolean): void {
    this.dark = this.choice === 'system' ? systemIsDark : this.choice === 'dark';
    document.documentElement.dataset['theme'] = this.dark ? 'dark' : 'light';
    this.version += 1;
  }
}

export const theme = new Theme();
