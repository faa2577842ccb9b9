//! truth.json of the second company: what its files add up to, told by the calls and not by any reader.

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};

use super::super::calendar::date;
use super::super::row::Tokens;
use super::aws::tax;
use super::calls::{Call, END, FROM};
use super::google::CREDIT;
use super::rates::rate;
use super::sheet::Sheet;
use super::used::{Key, Used, lines, sum};
use super::world::{COMPANY, Vendor, ZONE};

/// Token sums; the input has the cached and written ones in it.
fn tokens(t: &Tokens) -> Value {
    json!({"input": t.input(), "cached": t.read, "written": t.written(), "output": t.output})
}

/// Sums of a bill.
pub fn billed(nano: i64) -> Value {
    json!({"billed_nano": nano})
}

/// Sums of counted usage.
pub fn counted(all: &Tokens, requests: i64, list: i64) -> Value {
    json!({"requests": requests, "tokens": tokens(all), "list_nano": list})
}

/// Sums of a usage report; a batch costs half.
pub fn usage(used: impl Iterator<Item = (Key, Used)>) -> Result<Value> {
    let (mut all, mut requests, mut list) = (Tokens::default(), 0, 0);
    for (key, used) in used {
        all.add(&used.tokens);
        requests += used.requests;
        list += rate(key.model, key.long)?.cost(&used.tokens) / if key.lane().batch { 2 } else { 1 };
    }
    Ok(counted(&all, requests, list))
}

/// Sums of a log.
pub fn log(calls: &[&Call]) -> Result<Value> {
    let (mut all, mut list) = (Tokens::default(), 0);
    for call in calls {
        all.add(&call.tokens);
        list += call.cost()?;
    }
    let failed = calls.iter().filter(|call| !call.failed.is_empty()).count();
    Ok(json!({"calls": calls.len(), "failed": failed, "tokens": tokens(&all), "list_nano": list}))
}

/// Sums of a log that has steps beside its calls.
pub fn log_with(calls: &[&Call], steps: usize) -> Result<Value> {
    let mut sums = log(calls)?;
    sums["steps"] = json!(steps);
    Ok(sums)
}

/// What beside the usage is on a vendor's bill.
fn beside(vendor: Vendor) -> i64 {
    tax(vendor) + if vendor == Vendor::Vertex { CREDIT } else { 0 }
}

/// One provider account in October.
pub struct Account {
    pub vendor: Vendor,
    pub total: i64,
    pub logs: Value,
}

impl Account {
    /// All of them. The bill and the calls are added up apart, and must come to the same.
    pub fn all(calls: &[Call]) -> Result<Vec<Account>> {
        let mut accounts = Vec::new();
        for vendor in Vendor::ALL {
            let mine: Vec<&Call> = calls.iter().filter(|call| call.lane().vendor == vendor).collect();
            let mut spent = 0;
            for call in &mine {
                spent += call.cost()?;
            }
            let billed = sum(&lines(calls, vendor)?);
            ensure!(billed == spent, "{vendor:?} bills {billed} nano-dollars for calls of {spent}");
            let logged: Vec<&Call> = mine.into_iter().filter(|call| call.lane().logged).collect();
            let logs = if logged.is_empty() { Value::Null } else { log(&logged)? };
            accounts.push(Account { vendor, total: billed + beside(vendor), logs });
        }
        Ok(accounts)
    }

    fn truth(&self) -> Value {
        // Only the providers' own interfaces tell usage beside the bill.
        let used = matches!(self.vendor, Vendor::OpenAi | Vendor::Anthropic);
        json!({
            "provider": self.vendor.provider(),
            "account": self.vendor.account(),
            "source": "invoice",
            "total_nano": self.total,
            "usage_nano": used.then(|| self.total - beside(self.vendor)),
            "logs": self.logs,
        })
    }
}

/// The document.
pub fn document(seed: u64, sheets: &[Sheet], accounts: &[Account], november: i64) -> Value {
    let mut providers = Map::new();
    for account in accounts {
        let entry = providers.entry(account.vendor.provider()).or_insert(json!(0));
        *entry = json!(entry.as_i64().unwrap_or_default() + account.total);
    }
    let explained: i64 = accounts.iter().filter_map(|account| account.logs["list_nano"].as_i64()).sum();
    let calls: i64 = accounts.iter().filter_map(|account| account.logs["calls"].as_i64()).sum();
    let failed: i64 = accounts.iter().filter_map(|account| account.logs["failed"].as_i64()).sum();
    json!({
        "about": "Whole numbers only: tokens, and nano-dollars (1e-9 USD) where a name ends in _nano. Inputs include \
            what was cached and written. The list price of a batch is half.",
        "seed": seed,
        "company": COMPANY,
        "zone": ZONE,
        "first_day": date(FROM),
        "last_day": date(END - 1),
        "files": sheets.iter().map(Sheet::truth).collect::<Vec<_>>(),
        "months": {
            "2024-11": {
                "total_nano": november,
                "providers": {"openai": november},
            },
            "2026-10": {
                "total_nano": accounts.iter().map(|account| account.total).sum::<i64>(),
                "providers": providers,
                "accounts": accounts.iter().map(Account::truth).collect::<Vec<_>>(),
                "own_logs": {"calls": calls, "failed": failed, "list_nano": explained},
            },
        },
    })
}
