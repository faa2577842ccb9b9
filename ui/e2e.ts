// What the browser tests need; they live in tests/browser, the packages here.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';

/** A page that fails its test on any policy violation, page error or console error. */
export const test = base.extend<{ faults: string[] }>({
  faults: [
    async ({ page }, use) => {
      const faults: string[] = [];
      page.on('pageerror', (e) => faults.push(e.message));
      page.on('console', (m) => {
        if (m.type() === 'error') faults.push(m.text());
      });
      await page.addInitScript(() => {
        addEventListener('securitypolicyviolation', (e) => {
          console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`);
        });
      });
      await use(faults);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens a place, waits until its answer is there. */
export async function open(page: Page, hash: string, { state = '', theme = 'light' as 'light' | 'dark' } = {}): Promise<void> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.goto(`/${state ? `?recorded=${state}` : ''}${hash}`);
  await page.getByTestId('sentence').first().waitFor();
  await page.evaluate(() => document.fonts.ready);
}

export { AxeBuilder, expect, type Page };
