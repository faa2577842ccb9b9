//! truth.json: what the sample adds up to, in whole nano-dollars and tokens.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};

use super::bill::{BILLERS, Line, billed};
use super::calendar::{DAYS, MONTHS, date, month_of};
use super::facts::Fact;
use super::files::{File, tokens};
use super::price::Provider;
use super::reconcile::{Causes, Clock};
use super::row::{Row, Tokens};
use super::usage::{Key, Used};
use super::world::{COMPANY, FEATURES, Source, ZONE, account};

/// Everything that truth.json is made of.
pub struct World<'a> {
    pub seed: u64,
    pub rows: &'a [Row],
    pub usage: [&'a BTreeMap<Key, Used>; 2],
    pub bills: [&'a [Line]; 2],
    pub files: &'a [File],
    pub facts: &'a [Fact],
}

/// Calls of a slice: each once, priced and unpriced apart.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    calls: i64,
    tokens: Tokens,
    list: i64,
    unpriced_calls: i64,
    unpriced_list: i64,
}

impl Sum {
    fn add(&mut self, row: &Row) -> Result<()> {
        self.calls += 1;
        self.tokens.add(&row.tokens);
        if row.deployment.is_some() {
            self.unpriced_calls += 1;
            self.unpriced_list += row.list()?;
        } else {
            self.list += row.list()?;
        }
        Ok(())
    }

    fn truth(&self) -> Value {
        json!({
            "calls": self.calls,
            "tokens": tokens(&self.tokens),
            "list_nano": self.list,
            "unpriced_calls": self.unpriced_calls,
            "unpriced_would_be_nano": self.unpriced_list,
        })
    }
}

impl World<'_> {
    /// The document.
    pub fn truth(&self) -> Result<Value> {
        let clocks = |make: &dyn Fn(Clock) -> Result<Value>| -> Result<Value> {
            let mut both = Map::new();
            for clock in Clock::ALL {
                both.insert(clock.name().to_owned(), make(clock)?);
            }
            Ok(Value::Object(both))
        };
        let planted: Vec<Value> = self.facts.iter().map(fact).collect();
        Ok(json!({
            "about": "Whole numbers only: tokens, and nano-dollars (1e-9 USD) where a name ends in _nano. Logs count \
                each call once (a span_id that comes twice is one call) and leave out unpriced calls where they say \
                list. Months of logs are by UTC or by Berlin's days; bills and usage are by UTC days.",
            "seed": self.seed,
            "company": COMPANY,
            "zone": ZONE,
            "first_day": date(0),
            "last_day": date(DAYS - 1),
            "files": self.files.iter().map(File::truth).collect::<Vec<_>>(),
            "logs": clocks(&|clock| self.logs(clock, |row| row.provider().name().to_owned()))?,
            "features": clocks(&|clock| self.logs(clock, |row| self.feature(row)))?,
            "models": clocks(&|clock| {
                self.logs(clock, |row| row.deployment.unwrap_or(row.model).to_owned())
            })?,
            "usage": self.usage(),
            "headline": clocks(&|clock| self.headline(clock))?,
            "reconcile": clocks(&|clock| self.reconcile(clock))?,
            "accounts": accounts(),
            "planted": planted,
        }))
    }

    /// The feature as the logs tell it: the meeting notes service tells none.
    fn feature(&self, row: &Row) -> String {
        let feature = &FEATURES[row.feature];
        if feature.source == Source::Calls { String::new() } else { feature.name.to_owned() }
    }

    fn logs(&self, clock: Clock, by: impl Fn(&Row) -> String) -> Result<Value> {
        let mut months: BTreeMap<&str, BTreeMap<String, Sum>> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.in_logs && row.is_call()) {
            let month = MONTHS[clock.month(row)].0;
            months.entry(month).or_default().entry(by(row)).or_default().add(row)?;
        }
        let truth = |sums: &BTreeMap<String, Sum>| -> Value {
            sums.iter().map(|(name, sum)| (name.clone(), sum.truth())).collect::<Map<_, _>>().into()
        };
        Ok(months.iter().map(|(month, sums)| ((*month).to_owned(), truth(sums))).collect::<Map<_, _>>().into())
    }

    fn usage(&self) -> Value {
        let mut months = Map::new();
        for (month, (name, _, _)) in MONTHS.iter().enumerate() {
            let mut providers = Map::new();
            for (provider, used) in BILLERS.iter().zip(self.usage) {
                let (mut requests, mut sum, mut list, mut rows) = (0, Tokens::default(), 0, 0);
                for (_, u) in used.iter().filter(|(key, _)| month_of(key.day) == month) {
                    rows += 1;
                    requests += u.requests;
                    sum.add(&u.tokens);
                    list += u.list;
                }
                let entry = json!({"rows": rows, "requests": requests, "tokens": tokens(&sum), "list_nano": list});
                providers.insert(provider.name().to_owned(), entry);
            }
            months.insert((*name).to_owned(), providers.into());
        }
        months.into()
    }

    /// What a month cost: the bill where there is one, else the logs at list price.
    fn headline(&self, clock: Clock) -> Result<Value> {
        let mut months = Map::new();
        for (month, (name, _, _)) in MONTHS.iter().enumerate() {
            let mut google = 0;
            for row in self.rows.iter().filter(|row| row.in_logs && row.provider() == Provider::Google) {
                google += if clock.month(row) == month { row.list()? } else { 0 };
            }
            let (openai, anthropic) = (billed(self.bills[0], month), billed(self.bills[1], month));
            let entry = json!({"openai_billed_nano": openai, "anthropic_billed_nano": anthropic,
                "google_list_nano": google, "total_nano": openai + anthropic + google});
            months.insert((*name).to_owned(), entry);
        }
        Ok(months.into())
    }

    fn reconcile(&self, clock: Clock) -> Result<Value> {
        let mut months = Map::new();
        for (month, (name, _, _)) in MONTHS.iter().enumerate() {
            let mut providers = Map::new();
            for (provider, lines) in BILLERS.iter().zip(self.bills) {
                let causes = Causes::of(self.rows, lines, *provider, month, clock)?;
                let left = causes.unexplained();
                ensure!(left == 0, "{left} nano-dollars of {} in {name} have no cause", provider.name());
                providers.insert(provider.name().to_owned(), causes.truth());
            }
            months.insert((*name).to_owned(), providers.into());
        }
        Ok(months.into())
    }
}

fn fact(fact: &Fact) -> Value {
    json!({"id": fact.id, "from": date(fact.from), "to": date(fact.to), "what": fact.what, "detail": fact.detail})
}

/// Whose project and key a feature uses: the logs do not say.
fn accounts() -> Value {
    let mut all = Vec::new();
    for (index, feature) in FEATURES.iter().enumerate() {
        let provider = Provider::of(feature.models[0].0);
        if provider == Provider::Google {
            continue;
        }
        for staging in [false, true] {
            let who = account(index, provider, staging);
            all.push(json!({"feature": feature.name, "environment": if staging { "staging" } else { "production" },
                "provider": provider.name(), "project_or_workspace": who.group, "api_key": who.key}));
        }
    }
    all.into()
}
