//! Google Cloud's bill: the lines of Vertex AI and the Gemini API.
//!
//! # Where the file comes from
//! Billing export to BigQuery (standard or detailed), saved as JSON lines or CSV; or the console: Billing, Cost table
//! (or Reports, grouped by SKU and date), Download CSV. In the cost table, show savings, so that credits are in it.
//!
//! # Shape
//! From BigQuery: one row a SKU, project, labels and hour with `service.description`, `sku.description`,
//! `usage_start_time`, `cost` and `credits[]`, as nested JSON, or flattened in CSV with `.` or `_` between the names and
//! `credits` as JSON in its cell. From the console: some lines about the invoice, a header with `Service description`,
//! `SKU description`, `Cost type`, `Usage start date` and `Unrounded Cost ($)`, and at the end a total.
//!
//! # Mapping
//! | BigQuery | console | becomes |
//! | --- | --- | --- |
//! | `usage_start_time`, `usage_end_time` | `Usage start date`, `Usage end date`, or `Date` | period |
//! | `cost` | `Unrounded Cost`, else `Cost`; `Unrounded subtotal`, else `Subtotal` | billed |
//! | `credits[].amount` | rows with a `Credit type` | billed of lines of their own, category Credit |
//! | `cost_at_list` | `List cost` | list |
//! | `currency` | `Currency` above the table, else the header's sign | currency; often not US dollars |
//! | `cost_type` | `Cost type` | category: Usage, Tax, Adjustment (rounding errors too) |
//! | `sku.description` | `SKU description` | meter, word for word, and text of the line |
//! | `usage.amount` in `usage.unit` | `Usage amount` in `Usage unit` | quantity |
//! | `billing_account_id` | `Billing account ID` | account |
//! | `project.id` | `Project ID` | project |
//! | `location.region`, else `location.location` | | region |
//! | `resource.name` | | workspace |
//! | `invoice.month` | `Invoice number` above the table | invoice |
//! | `labels`, `tags`, `project.labels` | | team, feature, environment, project, where a key is exactly that |
//!
//! Credits are kept apart: each credit of a row becomes a billed line of its own and is counted as a row of its own, so
//! that what was used and what was credited both show, and their sum is the invoice.
//!
//! Read are the services Vertex AI, Gemini API and Generative Language API, and SKUs of other services with the word
//! Gemini or Claude. Lines of other services are counted, their sum is told, and they are left out; so are the total
//! and the rounding of a whole table. Google bills tax on the invoice, not on a service: it is among what is left out.
//!
//! # Known quirks
//! Model and direction exist only in the SKU's text ("Generate content output token count gemini 2.5 flash"), which
//! names models too loosely to tell them apart: it stays the meter. Times of BigQuery are UTC; the console's dates are
//! days of Pacific time, and are read as the same dates of UTC. The console's end date is included.
//!
//! The console writes `260,580` with commas between thousands. A row whose cost shows a decimal point proves it;
//! without one, such a quantity is not told. A report's savings are inside its subtotal. A table made without savings
//! looks like one of an account without credits, and this is said. The export to BigQuery and the console tell the same
//! money: import one of the two.

use std::borrow::Cow;

use outlay_model::money::{Currency, Pico};
use outlay_model::record::{Charge, Dimensions, Record, Sink};
use outlay_model::report::Kind;
use outlay_model::time::DAY;

use crate::bills::tags::Tags;
use crate::bills::{self, Others, services};
use crate::buckets::{self, Cells, Plan};
use crate::error::{Fault, ImportError};
use crate::feed::{Feed, Spot};
use crate::format::{About, Format, Match, ReadOptions, ReadSummary};
use crate::head::{Head, Layout};
use crate::json::{self, JsonRows, Step};
use crate::source::Input;
use crate::table::{Splitter, normal};
use crate::value;

const ID: &str = "gcp-billing";

/// Keys of a row of the BigQuery export as JSON.
const NESTED: &[&str] = &["service", "sku", "usage_start_time", "cost"];
const FLAT: &[&str] = &["service_description", "sku_description", "usage_start_time", "cost"];
const DOTTED: &[&str] = &["service.description", "sku.description", "usage_start_time", "cost"];
/// Columns of the console's tables.
const CONSOLE: &[&str] = &["service description", "sku description"];
/// Lines above the console's header, at most.
const ABOVE: usize = 40;

pub(crate) struct GcpBilling;

impl Format for GcpBilling {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Google Cloud bill"
    }
    fn about(&self) -> About {
        About {
            from: "Google Cloud: billing export to BigQuery as JSON lines or CSV, or Billing, Cost table, Download CSV",
            kind: Some(Kind::Charge),
            cannot_tell: &["calls", "the model's id: the SKU names it in words", "tax, which is billed on the invoice"],
        }
    }
    fn sniff(&self, head: &Head) -> Option<Match> {
        match head.layout {
            Layout::Table { delimiter } => {
                [FLAT, DOTTED].into_iter().find(|signature| head.has_all(signature)).map(Match::exact).or_else(|| {
                    console(&mut Splitter::new(head.text.as_bytes(), delimiter)).map(|_| Match::exact(CONSOLE))
                })
            }
            _ => (head.is_json() && head.has_all(NESTED)).then(|| Match::exact(NESTED)),
        }
    }
    fn read(&self, input: Input, options: &ReadOptions, sink: &mut dyn Sink) -> Result<ReadSummary, ImportError> {
        let account = options.account.as_deref();
        let mut others = Others::default();
        let mut summary = match input.head().layout {
            Layout::Table { .. } if input.head().has_all(FLAT) => flat(input, FLAT, account, &mut others, sink),
            Layout::Table { .. } if input.head().has_all(DOTTED) => flat(input, DOTTED, account, &mut others, sink),
            Layout::Table { delimiter } => table(input, delimiter, account, &mut others, sink),
            layout => nested(input, layout, account, &mut others, sink),
        }?;
        others.tell(&mut summary);
        Ok(summary)
    }
}

/// A cell or JSON value of a BigQuery row, by the names on its path; `None` where it is not told.
trait Values<'a> {
    fn text(&self, path: &'static [&'static str]) -> Result<Option<Cow<'a, str>>, Fault>;
    /// A list as JSON, or nothing.
    fn list(&self, path: &'static [&'static str]) -> Cow<'a, str>;
    /// The row as it stands.
    fn whole(&self) -> &'a str;
}

/// A path as a person writes it.
fn dotted(path: &[&str]) -> String {
    path.join(".")
}

fn told<'a>(values: &impl Values<'a>, path: &'static [&'static str]) -> Result<Cow<'a, str>, Fault> {
    Ok(values.text(path)?.unwrap_or_default())
}

fn needed<'a>(values: &impl Values<'a>, path: &'static [&'static str]) -> Result<Cow<'a, str>, Fault> {
    let text = values.text(path)?;
    text.ok_or_else(|| Fault::new(&dotted(path), format!("{} is empty", dotted(path)), values.whole()))
}

fn money(text: &str, column: &str) -> Result<Pico, Fault> {
    Pico::parse(text).map_err(|why| Fault::new(column, format!("{column} is not an amount: {}", why.0), text))
}

fn money_told<'a>(values: &impl Values<'a>, path: &'static [&'static str]) -> Result<Option<Pico>, Fault> {
    values.text(path)?.map(|text| money(&text, &dotted(path))).transpose()
}

fn instant<'a>(values: &impl Values<'a>, path: &'static [&'static str]) -> Result<i64, Fault> {
    let text = needed(values, path)?;
    let column = dotted(path);
    bills::instant(&text).map(|(at, _)| at).map_err(|why| Fault::new(&column, format!("{column} {why}"), &text))
}

/// Google's and the console's word for a type of cost; types that are not known stay as they are.
fn category(told: &str) -> Cow<'static, str> {
    const WORDS: &[(&str, &str)] = &[
        ("", ""),
        ("regular", "Usage"),
        ("usage", "Usage"),
        ("tax", "Tax"),
        ("adjustment", "Adjustment"),
        ("adjustments", "Adjustment"),
        ("rounding_error", "Adjustment"),
        ("rounding error", "Adjustment"),
    ];
    let known = WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(told));
    known.map_or_else(|| Cow::Owned(told.to_owned()), |(_, category)| (*category).into())
}

/// Who bills a line; `None` where it is not about models.
fn billed_by(service: &str, sku: &str) -> Option<&'static str> {
    services::seller(service).or_else(|| services::names_a_model(sku).then_some("vertex"))
}

/// One row of the BigQuery export: its own line, and one for each of its credits. `None` where it is left out.
fn lines<'a>(
    values: &impl Values<'a>,
    account: Option<&'a str>,
    others: &mut Others,
    feed: &mut Feed<'_>,
) -> Result<Option<Vec<Charge<'a>>>, Fault> {
    let service = needed(values, &["service", "description"])?;
    let sku = told(values, &["sku", "description"])?;
    let Some(provider) = billed_by(&service, &sku) else {
        let amount = money_told(values, &["cost"]).ok().flatten();
        let currency = told(values, &["currency"]).ok().and_then(|code| Currency::parse(&code));
        others.count(&service, amount.zip(currency));
        return Ok(None);
    };
    let (time, end) = (instant(values, &["usage_start_time"])?, instant(values, &["usage_end_time"])?);
    if end < time {
        return Err(Fault::new("usage_end_time", "usage_end_time is before usage_start_time", values.whole()));
    }
    let code = needed(values, &["currency"])?;
    let currency = Currency::parse(&code)
        .ok_or_else(|| Fault::new("currency", "currency is not a three-letter currency code", &code))?;
    let mut dims = Dimensions {
        provider: provider.into(),
        account: match account {
            Some(account) => account.into(),
            None => told(values, &["billing_account_id"])?,
        },
        project: told(values, &["project", "id"])?,
        region: match told(values, &["location", "region"])? {
            region if region.is_empty() => told(values, &["location", "location"])?,
            region => region,
        },
        workspace: told(values, &["resource", "name"])?,
        ..Dimensions::default()
    };
    let mut tags = Tags::default();
    for path in [&["labels"] as &'static [&'static str], &["tags"], &["project", "labels"]] {
        tags.take(&values.list(path), feed);
    }
    tags.fill(&mut dims);
    let billed = money(&needed(values, &["cost"])?, "cost")?;
    let usage = Charge {
        dims,
        list: money_told(values, &["cost_at_list"])?,
        category: category(&told(values, &["cost_type"])?),
        line_item: sku.clone(),
        meter: sku.clone(),
        quantity: money_told(values, &["usage", "amount"])?,
        unit: told(values, &["usage", "unit"])?,
        invoice_id: told(values, &["invoice", "month"])?,
        ..bills::charge(time, if end == time { time + DAY } else { end }, billed, currency)
    };
    let mut lines = Vec::with_capacity(1);
    for credit in credits(&values.list(&["credits"]))? {
        lines.push(Charge {
            billed: credit.amount,
            list: None,
            category: "Credit".into(),
            line_item: format!("{}: {sku}", credit.name).into(),
            quantity: None,
            unit: "".into(),
            ..usage.clone()
        });
    }
    lines.insert(0, usage);
    Ok(Some(lines))
}

struct Credit {
    name: String,
    amount: Pico,
}

/// The credits of a row, from a list in JSON.
fn credits(list: &str) -> Result<Vec<Credit>, Fault> {
    let list = list.trim();
    if list.is_empty() || value::is_null(list) {
        return Ok(Vec::new());
    }
    let fault = |why: &str| Fault::new("credits", why, list);
    let items = match json::too_deep(list.as_bytes()) {
        true => Err(fault("credits are nested too deep")),
        false => sonic_rs::from_str::<Vec<sonic_rs::LazyValue<'_>>>(list)
            .map_err(|_| fault("credits are not a JSON list of credits")),
    }?;
    let mut credits = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let raw = item.as_raw_cow();
        let find = |key: &str| {
            let value = sonic_rs::get_from_str(&raw, [key]).ok().map(|value| value.as_raw_cow());
            value.and_then(|value| json::scalar(value).ok().flatten().map(Cow::into_owned)).unwrap_or_default()
        };
        let column = format!("credits[{at}].amount");
        let amount = find("amount");
        if amount.is_empty() {
            return Err(Fault::new(&column, format!("{column} is empty"), list));
        }
        let names = [find("full_name"), find("name"), find("type"), "credit".to_owned()];
        let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
        credits.push(Credit { name, amount: money(&amount, &column)? });
    }
    Ok(credits)
}

/// A row of JSON.
struct Nested<'a>(&'a str);

impl<'a> Values<'a> for Nested<'a> {
    fn text(&self, path: &'static [&'static str]) -> Result<Option<Cow<'a, str>>, Fault> {
        let Ok(value) = sonic_rs::get_from_str(self.0, path) else { return Ok(None) };
        let raw = value.as_raw_cow();
        if raw.starts_with(['{', '[']) {
            return Err(Fault::new(&dotted(path), format!("{} is not a text or a number", dotted(path)), &raw));
        }
        let text = json::scalar(raw).map_err(|why| Fault::new(&dotted(path), format!("{} {why}", dotted(path)), ""))?;
        Ok(text.filter(|text| !text.trim().is_empty() && !value::is_null(text)))
    }
    fn list(&self, path: &'static [&'static str]) -> Cow<'a, str> {
        let raw = sonic_rs::get_from_str(self.0, path).ok().map(|value| value.as_raw_cow()).unwrap_or_default();
        if raw == "null" { "".into() } else { raw }
    }
    fn whole(&self) -> &'a str {
        self.0
    }
}

fn nested(
    input: Input,
    layout: Layout,
    account: Option<&str>,
    others: &mut Others,
    sink: &mut dyn Sink,
) -> Result<ReadSummary, ImportError> {
    if !input.head().is_json() {
        return Err(missing(&input, NESTED));
    }
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let mut rows = JsonRows::new(input.reader, layout, "");
    while let Some(step) = rows.advance() {
        let at = |line| Spot { line, document: Some(&rows) };
        let line = match step {
            Step::Object(line) => line,
            Step::Bad(line, reason) => {
                feed.reject(at(line), &Fault::new("", reason, &rows.lossy()))?;
                continue;
            }
        };
        let whole = match rows.text() {
            Ok(text) => json::fault(text).map_or(Ok(text), Err),
            Err(reason) => Err(Fault::new("", reason, &rows.lossy())),
        };
        let done = whole.and_then(|text| lines(&Nested(text), account, others, &mut feed));
        match done {
            Ok(Some(lines)) => {
                for charge in &lines {
                    feed.push(at(line), Record::Charge(charge))?;
                }
            }
            Ok(None) => feed.leave_out()?,
            Err(mut fault) => {
                if let (true, Some(broken)) = (rows.is_cut(), feed.broken_tail()) {
                    fault.reason = format!("{}; {broken}", fault.reason);
                }
                feed.reject(at(line), &fault)?;
            }
        }
    }
    if rows.is_open() {
        feed.unclosed();
    }
    feed.finish(None)
}

/// A row of flattened CSV, whose columns join the names of a path by a dot or an underscore.
struct Flat<'a> {
    cells: Cells<'a>,
    joint: char,
}

impl<'a> Flat<'a> {
    fn cell(&self, path: &[&str]) -> &'a str {
        match path {
            [column] => self.cells.text(column),
            [outer, inner] => self.cells.text(&format!("{outer}{}{inner}", self.joint)),
            _ => "",
        }
    }
}

impl<'a> Values<'a> for Flat<'a> {
    fn text(&self, path: &'static [&'static str]) -> Result<Option<Cow<'a, str>>, Fault> {
        let text = self.cell(path);
        Ok((!text.is_empty()).then_some(text.into()))
    }
    fn list(&self, path: &'static [&'static str]) -> Cow<'a, str> {
        self.cell(path).into()
    }
    fn whole(&self) -> &'a str {
        self.cells.whole()
    }
}

fn flat(
    input: Input,
    required: &'static [&'static str],
    account: Option<&str>,
    others: &mut Others,
    sink: &mut dyn Sink,
) -> Result<ReadSummary, ImportError> {
    let joint = if required == FLAT { '_' } else { '.' };
    buckets::read(input, &Plan { format: ID, required }, sink, |line, cells, feed| {
        buckets::full(&cells)?;
        let Some(lines) = lines(&Flat { cells, joint }, account, others, feed)? else {
            return Ok(feed.leave_out());
        };
        for charge in &lines {
            if let Err(stopped) = feed.push(line, Record::Charge(charge)) {
                return Ok(Err(stopped));
            }
        }
        Ok(Ok(()))
    })
}

fn missing(input: &Input, columns: &[&str]) -> ImportError {
    ImportError::Header { name: input.name.clone(), format: ID.to_owned(), missing: columns.join(", ") }
}

/// What stands above a table of the console, and the table's columns.
struct Console {
    header: Vec<String>,
    currency: Option<Currency>,
    invoice: String,
    account: String,
    cost: String,
    list: Option<String>,
    start: &'static str,
    end: &'static str,
    rounded: bool,
}

/// Finds the console's header below the lines about the invoice.
fn console<R: std::io::BufRead>(rows: &mut Splitter<R>) -> Option<Console> {
    let (mut currency, mut invoice, mut account) = (None, String::new(), String::new());
    for _ in 0..ABOVE {
        let raw = rows.header()?;
        let header: Vec<String> = raw.iter().map(|name| normal(name)).collect();
        let has = |name: &str| header.iter().any(|column| column == name);
        if !CONSOLE.iter().all(|name| has(name)) {
            let second = raw.get(1).cloned().unwrap_or_default();
            match header.first().map(String::as_str) {
                Some("currency") => currency = Currency::parse(&second),
                Some("invoice number") => invoice = second,
                Some("billing account id") => account = second,
                _ => {}
            }
            continue;
        }
        // `Unrounded Cost ($)`: the sign behind the name differs.
        let money = |name: &str| {
            header
                .iter()
                .find(|column| column.split_once(" (").map_or(column.as_str(), |(name, _)| name) == name)
                .cloned()
        };
        let cost = ["unrounded cost", "unrounded subtotal", "cost", "subtotal"].into_iter().find_map(money)?;
        let (start, end) = match (has("usage start date"), has("date")) {
            (true, _) => ("usage start date", "usage end date"),
            (false, true) => ("date", "date"),
            (false, false) => return None,
        };
        let sign = cost.split_once(" (").and_then(|(_, rest)| rest.strip_suffix(')')).map(str::to_owned);
        let (rounded, list) = (!cost.starts_with("unrounded"), money("list cost"));
        let currency = currency.or_else(|| sign.as_deref().and_then(currency_of));
        return Some(Console { currency, invoice, account, cost, list, start, end, rounded, header });
    }
    None
}

/// The currency of a sign in a header; a bare dollar sign is the American one where nothing says otherwise.
fn currency_of(sign: &str) -> Option<Currency> {
    const SIGNS: &[(&str, &str)] = &[
        ("$", "USD"),
        ("us$", "USD"),
        ("€", "EUR"),
        ("£", "GBP"),
        ("₹", "INR"),
        ("a$", "AUD"),
        ("ca$", "CAD"),
        ("r$", "BRL"),
        ("₩", "KRW"),
    ];
    let code = SIGNS.iter().find(|(known, _)| known.eq_ignore_ascii_case(sign)).map_or(sign, |(_, code)| *code);
    Currency::parse(code)
}

fn table(
    input: Input,
    delimiter: u8,
    account: Option<&str>,
    others: &mut Others,
    sink: &mut dyn Sink,
) -> Result<ReadSummary, ImportError> {
    let (name, numbers) = (input.name.clone(), input.head().numbers);
    let mut feed = Feed::new(&input.name, &input.meter, sink);
    let mut rows = Splitter::new(input.reader, delimiter);
    let Some(found) = console(&mut rows) else {
        let missing = "Service description, SKU description, a cost and a date".to_owned();
        return Err(ImportError::Header { name, format: ID.to_owned(), missing });
    };
    let (mut read, mut credited) = (0_u64, false);
    let is_table = found.start != "date";
    buckets::below(&mut rows, &found.header, numbers, &mut feed, &mut |line, cells, feed| {
        buckets::full(&cells)?;
        let (service, sku, kind) =
            (cells.text("service description"), cells.text("sku description"), cells.text("cost type"));
        let amount = cells.money(&found.cost);
        let Some(provider) = billed_by(service, sku) else {
            let is_sum = service.is_empty() && sku.is_empty();
            let label = if is_sum && !kind.is_empty() {
                format!("the table's {}", kind.to_lowercase())
            } else {
                service.to_owned()
            };
            // The sum of the whole table is none of its lines.
            let worth = amount.ok().flatten().filter(|_| !is_sum).zip(found.currency);
            return Ok(others.leave_out(&label, worth, feed));
        };
        let charge = console_row(&cells, &found, provider, account, amount?)?;
        read += 1;
        credited |= charge.category == "Credit";
        Ok(feed.push(line, Record::Charge(&charge)))
    })?;
    if read > 0 && is_table && !credited {
        feed.note("no credits in this table: if it was made without savings, its costs are before credits");
    }
    feed.finish(None)
}

fn console_row<'a>(
    cells: &Cells<'a>,
    found: &'a Console,
    provider: &'static str,
    account: Option<&'a str>,
    amount: Option<Pico>,
) -> Result<Charge<'a>, Fault> {
    let time_of = |column: &'static str| bills::time(cells, &[column]);
    let (time, _) = time_of(found.start)?;
    // The last day is included.
    let end = time_of(found.end)?.0 + DAY;
    if end <= time {
        return Err(Fault::new(found.end, format!("{} is before {}", found.end, found.start), cells.text(found.end)));
    }
    let text = cells.text(&found.cost);
    let billed = amount.ok_or_else(|| Fault::new(&found.cost, format!("{} is empty", found.cost), cells.whole()))?;
    let currency = found.currency.ok_or_else(|| {
        Fault::new(
            &found.cost,
            "neither the lines above the table nor its header tell the currency by a code",
            &found.cost,
        )
    })?;
    let sku = cells.text("sku description");
    let credit = cells.text("credit type");
    let (category, line_item) = match credit {
        "" => (category(cells.text("cost type")), Cow::Borrowed(sku)),
        _ => ("Credit".into(), Cow::Owned(format!("{credit}: {sku}"))),
    };
    let told_account = match cells.text("billing account id") {
        "" => found.account.as_str(),
        id => id,
    };
    Ok(Charge {
        dims: Dimensions {
            provider: provider.into(),
            account: account.unwrap_or(told_account).into(),
            project: cells.text("project id").into(),
            ..Dimensions::default()
        },
        list: found.list.as_deref().map_or(Ok(None), |list| cells.money(list))?,
        category,
        line_item,
        meter: sku.into(),
        quantity: if credit.is_empty() { quantity(cells, text)? } else { None },
        unit: if credit.is_empty() { cells.text("usage unit").into() } else { "".into() },
        invoice_id: found.invoice.as_str().into(),
        rounding: if found.rounded { rounding(text) } else { Pico::ZERO },
        ..bills::charge(time, end, billed, currency)
    })
}

/// Half a unit of the last decimal that a rounded amount has.
fn rounding(amount: &str) -> Pico {
    let decimals = amount.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len()).min(12) as u32;
    Pico(10_i128.pow(12 - decimals) / 2)
}

/// A quantity, whose commas stand between thousands where the row's cost shows a decimal point.
fn quantity(cells: &Cells<'_>, cost: &str) -> Result<Option<Pico>, Fault> {
    let text = cells.text("usage amount");
    let grouped = text.contains(',') && !text.contains('.');
    if !grouped {
        return cells.money("usage amount");
    }
    if !cost.contains('.') {
        return Ok(None);
    }
    money(&text.replace(',', ""), "usage amount").map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_of_a_row() {
        let list = r#"[{"name": "Promo", "full_name": "Free trial", "type": "PROMOTION", "amount": -0.25},
            {"id": "x", "type": "DISCOUNT", "amount": "-1e-3"}]"#;
        let found = credits(list).expect("a list");
        let told: Vec<(&str, String)> = found.iter().map(|c| (c.name.as_str(), c.amount.to_string())).collect();
        assert_eq!(told, [("Free trial", "-0.250000000".to_owned()), ("DISCOUNT", "-0.001000000".to_owned())]);
        assert!(credits("[]").is_ok_and(|none| none.is_empty()) && credits("null").is_ok_and(|none| none.is_empty()));
        for broken in ["[{\"name\": \"x\"}]", "[{\"amount\": \"much\"}]", "[1]", "{}", "[", &"[".repeat(100_000)] {
            assert!(credits(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_header_below_the_invoice() {
        let find = |text: &str| console(&mut Splitter::new(text.as_bytes(), b','));
        let table = "Invoice number,77,\nCurrency,AUD,\n\nService description,SKU description,Usage start date,Usage end date,Unrounded Cost ($),Cost ($)\n";
        let found = find(table).expect("a table");
        assert_eq!(
            (found.currency, found.invoice.as_str(), found.cost.as_str()),
            (Currency::parse("AUD"), "77", "unrounded cost ($)")
        );
        assert!(!found.rounded && found.list.is_none());
        let report = "Date,Service description,SKU description,List cost (€),Subtotal (€)\n";
        let found = find(report).expect("a report");
        assert_eq!((found.currency, found.start, found.rounded), (Currency::parse("EUR"), "date", true));
        assert_eq!(found.list.as_deref(), Some("list cost (€)"));
        assert_eq!(currency_of("¥"), None);
        assert!(find("Service description,SKU description,Cost ($)\n").is_none());
        assert!(find(&"a,b\n".repeat(50)).is_none());
    }
}
