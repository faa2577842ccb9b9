//! Why a provider's invoice of a month differs from the logs, cause by cause, exactly.

use anyhow::Result;
use serde_json::{Value, json};

use super::bill::{Line, batch_discount, billed, contract_discount, rounding};
use super::calendar::{berlin_day, month_of, utc_day};
use super::planted::{CREDIT, MISSING_DAY, TAX};
use super::price::Provider;
use super::row::Row;

/// By which days logs are put into months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    Utc,
    Berlin,
}

impl Clock {
    pub const ALL: [Clock; 2] = [Clock::Utc, Clock::Berlin];

    pub fn name(self) -> &'static str {
        if self == Clock::Utc { "utc" } else { "berlin" }
    }

    pub fn month(self, row: &Row) -> usize {
        month_of(if self == Clock::Utc { utc_day(row.at) } else { berlin_day(row.at) })
    }
}

/// The causes, in nano-dollars: invoice = `logs_list` + all of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Causes {
    pub invoice: i64,
    /// Logged, priced calls at list price, each once, in the months of the clock.
    pub logs_list: i64,
    pub missing_traffic: i64,
    pub missing_day: i64,
    pub unpriced: i64,
    pub batch: i64,
    pub contract: i64,
    pub zone_cut: i64,
    pub rounding: i64,
    pub tax: i64,
    pub credit: i64,
    /// What the logs hold twice; not part of the sum.
    pub duplicates: i64,
}

impl Causes {
    /// The causes of one provider and month.
    pub fn of(rows: &[Row], lines: &[Line], provider: Provider, month: usize, clock: Clock) -> Result<Causes> {
        let mut c = Causes { invoice: billed(lines, month), rounding: rounding(lines, month), ..Causes::default() };
        if provider == Provider::OpenAi {
            c.tax = if month_of(TAX.0) == month { TAX.1 } else { 0 };
            c.credit = if month_of(CREDIT.0) == month { CREDIT.1 } else { 0 };
        }
        for row in rows.iter().filter(|row| row.charged() && row.provider() == provider) {
            let list = row.list()?;
            let logged = clock.month(row) == month;
            let on_bill = month_of(row.billed_day()) == month;
            let known = row.in_logs && row.deployment.is_none();
            if known && logged {
                c.logs_list += list;
                c.zone_cut -= list;
                c.duplicates += if row.twice { list } else { 0 };
            }
            if !on_bill {
                continue;
            }
            c.batch -= batch_discount(row)?;
            c.contract -= contract_discount(row)?;
            if known {
                c.zone_cut += list;
            } else if row.in_logs {
                c.unpriced += list;
            } else if utc_day(row.at) == MISSING_DAY && provider == Provider::Anthropic {
                c.missing_day += list;
            } else {
                c.missing_traffic += list;
            }
        }
        Ok(c)
    }

    /// What the causes leave of the invoice: nothing, or the generator is wrong.
    pub fn unexplained(&self) -> i64 {
        self.invoice
            - self.logs_list
            - self.missing_traffic
            - self.missing_day
            - self.unpriced
            - self.batch
            - self.contract
            - self.zone_cut
            - self.rounding
            - self.tax
            - self.credit
    }

    pub fn truth(&self) -> Value {
        json!({
            "invoice_nano": self.invoice,
            "logs_list_nano": self.logs_list,
            "causes_nano": {
                "missing_traffic": self.missing_traffic,
                "missing_day": self.missing_day,
                "unpriced": self.unpriced,
                "service_tier": self.batch,
                "contract_price": self.contract,
                "zone_cut": self.zone_cut,
                "rounding": self.rounding,
                "tax": self.tax,
                "credit": self.credit,
            },
            "duplicates_nano": self.duplicates,
        })
    }
}
