//! Token counts of a span, and how they nest: whether cached tokens lie inside the input and reasoning inside the
//! output is a habit of the instrumentation, which single spans prove and all of its spans share.

use outlay_model::tokens::{MAX_CALL_TOKENS, TokenFault, Tokens};

use super::names::Word;
use crate::error::Fault;

/// Counts as told; `None` where the span does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub input: Option<i64>,
    pub output: Option<i64>,
    pub cached: Option<i64>,
    pub written: Option<i64>,
    pub reasoning: Option<i64>,
    pub audio_in: Option<i64>,
    pub audio_out: Option<i64>,
    pub total: Option<i64>,
}

/// How the counts of an instrumentation nest. Inside, unless a span proves otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Nesting {
    /// Cached and written tokens come on top of the input.
    pub cached_beside: bool,
    /// Reasoning comes on top of the output.
    pub reasoning_beside: bool,
}

impl Usage {
    /// Where a count of this kind goes.
    pub fn slot(&mut self, word: Word) -> Option<&mut Option<i64>> {
        Some(match word {
            Word::Input => &mut self.input,
            Word::Output => &mut self.output,
            Word::Cached => &mut self.cached,
            Word::Write => &mut self.written,
            Word::Reasoning => &mut self.reasoning,
            Word::AudioIn => &mut self.audio_in,
            Word::AudioOut => &mut self.audio_out,
            Word::Total => &mut self.total,
            _ => return None,
        })
    }

    /// Whether the span says how much went in or came out; a total or a part alone does not.
    pub fn is_told(&self) -> bool {
        self.input.is_some() || self.output.is_some()
    }

    /// Whether any tokens were used.
    pub fn is_some(&self) -> bool {
        self.input.unwrap_or(0) > 0 || self.output.unwrap_or(0) > 0
    }

    fn cache(&self) -> i64 {
        self.cached.unwrap_or(0).saturating_add(self.written.unwrap_or(0))
    }

    /// What these counts prove about their instrumentation: a part is larger than what should contain it, or the total
    /// is only reached if the part is added.
    pub fn proves(&self) -> Nesting {
        let (Some(input), output) = (self.input, self.output.unwrap_or(0)) else { return Nesting::default() };
        let (cache, reasoning) = (self.cache(), self.reasoning.unwrap_or(0));
        let sum = |cache, reasoning| input.saturating_add(output).saturating_add(cache).saturating_add(reasoning);
        let total = self.total.unwrap_or_else(|| sum(0, 0));
        let by_both = cache > 0 && reasoning > 0 && total == sum(cache, reasoning);
        // Where both parts are equally large, the total does not say which of them was added.
        let by_cache = cache > 0 && cache != reasoning && total == sum(cache, 0);
        let by_reasoning = reasoning > 0 && cache != reasoning && total == sum(0, reasoning);
        Nesting {
            cached_beside: cache > input || by_both || by_cache,
            reasoning_beside: (self.output.is_some() && reasoning > output) || by_both || by_reasoning,
        }
    }

    /// The counts in disjoint buckets.
    pub fn tokens(&self, nesting: Nesting) -> Result<Tokens, Fault> {
        let (input, cache) = (self.input.unwrap_or(0), self.cache());
        let (mut output, reasoning) = (self.output.unwrap_or(0), self.reasoning.unwrap_or(0));
        let whole = if nesting.cached_beside { input.saturating_add(cache) } else { input };
        // A total that the parts give by themselves shows that this span has its reasoning inside.
        let closed = self.total.is_some_and(|total| total == whole.saturating_add(output)) && reasoning <= output;
        if nesting.reasoning_beside && !closed {
            output = output.saturating_add(reasoning);
        }
        let mut tokens = Tokens {
            cache_read: self.cached.unwrap_or(0),
            cache_write_unknown: self.written.unwrap_or(0),
            audio_input: self.audio_in.unwrap_or(0),
            audio_output: self.audio_out.unwrap_or(0),
            output: output - self.audio_out.unwrap_or(0),
            reasoning,
            ..Tokens::default()
        };
        if tokens.set_inclusive_input(whole).is_err() {
            let parts = whole - tokens.uncached_input;
            let reason = format!(
                "{parts} cached, written and audio tokens are more than the {whole} input tokens that should contain them"
            );
            return Err(Fault::new("input_tokens", reason, &input.to_string()));
        }
        tokens.check(MAX_CALL_TOKENS).map_err(|fault| {
            let (column, value) = match fault {
                TokenFault::Negative("reasoning") => ("reasoning_tokens", reasoning),
                TokenFault::Negative(_) => ("output_tokens", output),
                _ => ("input_tokens", input),
            };
            Fault::new(column, fault.to_string(), &value.to_string())
        })?;
        let parts = tokens.total();
        match self.total {
            // A total may leave out what comes on top.
            Some(told) if told != parts && told != input.saturating_add(self.output.unwrap_or(0)) => {
                let reason = TokenFault::Total { told, parts }.to_string();
                Err(Fault::new("total_tokens", reason, &told.to_string()))
            }
            _ => Ok(tokens),
        }
    }
}

/// An instrumentation and how its counts nest.
#[derive(Debug)]
struct Scope {
    name: String,
    provider: String,
    nesting: Nesting,
    /// Lines of the first spans that proved something.
    proofs: [u64; 2],
    /// Spans that were read as if inside, before the proof of the contrary.
    before: u64,
}

/// All instrumentations of a file. One that serves several providers passes their numbers on as they come, so that
/// each of them is judged apart.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    all: Vec<Scope>,
}

impl Scopes {
    /// The number of an instrumentation and provider.
    pub fn number(&mut self, name: &str, provider: &str) -> u32 {
        let known = self.all.iter().position(|scope| scope.name == name && scope.provider == provider);
        let at = known.unwrap_or_else(|| {
            // Names without end are no names of instrumentations: those behind share the last place.
            if self.all.len() < 4096 {
                let nesting = Nesting::default();
                let (name, provider) = (name.to_owned(), provider.to_owned());
                self.all.push(Scope { name, provider, nesting, proofs: [0; 2], before: 0 });
            }
            self.all.len() - 1
        });
        at as u32
    }

    /// Learns from the counts of a span.
    pub fn learn(&mut self, scope: u32, usage: &Usage, line: u64) {
        let proved = usage.proves();
        if proved == Nesting::default() {
            return;
        }
        let Some(scope) = self.all.get_mut(scope as usize) else { return };
        if proved.cached_beside && !scope.nesting.cached_beside {
            scope.nesting.cached_beside = true;
            scope.proofs[0] = line;
        }
        if proved.reasoning_beside && !scope.nesting.reasoning_beside {
            scope.nesting.reasoning_beside = true;
            scope.proofs[1] = line;
        }
    }

    /// How the counts of a span nest that is read now.
    pub fn nesting(&mut self, scope: u32, usage: &Usage) -> Nesting {
        let Some(scope) = self.all.get_mut(scope as usize) else { return Nesting::default() };
        if !scope.nesting.cached_beside && usage.cache() > 0 {
            scope.before += 1;
        }
        scope.nesting
    }

    /// What was found out, for a person.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for scope in &self.all {
            let mut who = if scope.name.is_empty() { "spans without a scope" } else { scope.name.as_str() }.to_owned();
            if !scope.provider.is_empty() {
                who.push_str(&format!(" ({})", scope.provider));
            }
            if scope.nesting.cached_beside {
                let line = scope.proofs[0];
                let mut note = format!("{who}: cached tokens are beside the input tokens, as line {line} proves");
                if scope.before > 0 {
                    note.push_str(&format!(
                        "; {} spans long before it were read as if they were inside: their input may be too small",
                        scope.before
                    ));
                }
                notes.push(note);
            }
            if scope.nesting.reasoning_beside {
                let line = scope.proofs[1];
                notes.push(format!("{who}: reasoning tokens are beside the output tokens, as line {line} proves"));
            }
        }
        // Of very many, the first ones tell enough.
        notes.truncate(20);
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: i64, output: i64, cached: i64, written: i64) -> Usage {
        Usage {
            input: Some(input),
            output: Some(output),
            cached: Some(cached),
            written: Some(written),
            ..Usage::default()
        }
    }

    #[test]
    fn inside_unless_proved_otherwise() {
        let mut scopes = Scopes::default();
        let (one, other) = (scopes.number("a", "anthropic"), scopes.number("a", "openai"));
        assert_eq!(scopes.number("a", "anthropic"), one);
        let plain = usage(1000, 50, 600, 100);
        let tokens = |nesting| plain.tokens(nesting).map(|t| (t.uncached_input, t.cache_read, t.cache_write_unknown));
        assert_eq!(tokens(scopes.nesting(one, &plain)).ok(), Some((300, 600, 100)));
        scopes.learn(one, &usage(10, 5, 600, 0), 7);
        assert_eq!(tokens(scopes.nesting(one, &plain)).ok(), Some((1000, 600, 100)));
        assert_eq!(scopes.nesting(other, &plain), Nesting::default());
        let notes = scopes.notes();
        assert!(notes.len() == 1 && notes[0].contains("a (anthropic)") && notes[0].contains("line 7"), "{notes:?}");
    }

    #[test]
    fn totals_prove_too() {
        let with = |total, reasoning| Usage { total: Some(total), reasoning, ..usage(100, 20, 30, 10) };
        assert_eq!(with(160, None).proves(), Nesting { cached_beside: true, reasoning_beside: false });
        assert_eq!(with(120, Some(15)).proves(), Nesting::default());
        assert_eq!(with(135, Some(15)).proves(), Nesting { cached_beside: false, reasoning_beside: true });
        // Gemini counts thoughts apart from candidates.
        let thoughts = Usage { reasoning: Some(200), ..usage(100, 20, 0, 0) };
        assert!(thoughts.proves().reasoning_beside);
        let tokens = thoughts.tokens(thoughts.proves()).expect("reads");
        assert_eq!((tokens.output, tokens.reasoning), (220, 200));
        assert!(with(999, None).tokens(Nesting::default()).is_err());
        assert!(usage(i64::MAX / 64, 1, 0, 0).tokens(Nesting::default()).is_err());
    }
}
