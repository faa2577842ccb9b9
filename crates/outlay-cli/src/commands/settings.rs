//! `outlay settings`

use outlay_app::replies::{ErrorReply, LedgerInfo, Nothing, Settings};
use outlay_app::task::Task;
use outlay_app::use_cases;

use crate::args::{SettingArg, SettingsCommand};
use crate::context::{Answer, Context, Missing};
use crate::print::Look;
use crate::print::table::pairs;

pub async fn run(context: &Context, command: Option<SettingsCommand>) -> Result<Answer, ErrorReply> {
    let task = Task::silent();
    let info = match command {
        None | Some(SettingsCommand::Show) => {
            context.open(Missing::Fail).await?;
            use_cases::ledger_info(&context.app, Nothing {}, &task).await?
        }
        Some(SettingsCommand::Set { key, value }) => {
            let change = change(key, &value)?;
            context.open(Missing::Create).await?;
            let mut settings = use_cases::ledger_info(&context.app, Nothing {}, &task).await?.settings;
            change(&mut settings);
            use_cases::settings_set(&context.app, settings, &task).await?
        }
    };
    if context.json {
        return context.as_json(&info);
    }
    Ok(Answer::from(printed(&info, &context.look().await)))
}

type Change = Box<dyn Fn(&mut Settings) + Send>;

/// What setting a key changes; values that are plainly wrong are refused before anything is opened.
fn change(key: SettingArg, value: &str) -> Result<Change, ErrorReply> {
    let value = value.to_owned();
    Ok(match key {
        SettingArg::Company => Box::new(move |s| s.company.clone_from(&value)),
        SettingArg::Zone => Box::new(move |s| s.zone.clone_from(&value)),
        SettingArg::Currency => Box::new(move |s| s.currency = value.to_ascii_uppercase()),
        SettingArg::NumberFormat => Box::new(move |s| s.number_format.clone_from(&value)),
        SettingArg::FiscalYearStart => {
            let month = value.parse::<u32>().ok().filter(|m| (1..=12).contains(m));
            let month =
                month.ok_or_else(|| ErrorReply::bad_request("the fiscal year starts in a month from 1 to 12"))?;
            Box::new(move |s| s.fiscal_year_start = month)
        }
        SettingArg::KeepText => {
            let on = yes_or_no(&value)?;
            Box::new(move |s| s.keep_text = on)
        }
        SettingArg::HashUsers => {
            let on = yes_or_no(&value)?;
            Box::new(move |s| s.hash_users = on)
        }
    })
}

fn yes_or_no(text: &str) -> Result<bool, ErrorReply> {
    match text {
        "yes" | "true" | "on" => Ok(true),
        "no" | "false" | "off" => Ok(false),
        _ => Err(ErrorReply::bad_request("say yes or no")),
    }
}

fn printed(info: &LedgerInfo, look: &Look) -> String {
    let n = look.numbers;
    let word = |on: bool| if on { "yes" } else { "no" }.to_owned();
    let s = &info.settings;
    let records: Vec<String> =
        info.records.iter().map(|k| format!("{} {}", n.count(k.records), k.kind.title())).collect();
    let months = match (info.months.first(), info.months.last()) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        _ => "none".to_owned(),
    };
    let records = if records.is_empty() { "none".to_owned() } else { records.join(", ") };
    let company = if s.company.is_empty() { "(no name)".to_owned() } else { s.company.clone() };
    let lines = [
        ("company", company),
        ("zone", s.zone.clone()),
        ("currency", s.currency.clone()),
        ("number-format", s.number_format.clone()),
        ("fiscal-year-start", s.fiscal_year_start.to_string()),
        ("keep-text", word(s.keep_text)),
        ("hash-users", word(s.hash_users)),
        ("folder", info.path.clone()),
        ("records", records),
        ("months", months),
        ("prices", info.book.clone()),
        ("data version", info.data_version.to_string()),
    ];
    pairs(&lines, look)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_setting_is_changed() {
        let mut settings = Settings::default();
        change(SettingArg::Currency, "eur").expect("a change")(&mut settings);
        change(SettingArg::KeepText, "yes").expect("a change")(&mut settings);
        assert_eq!(settings, Settings { currency: "EUR".to_owned(), keep_text: true, ..Settings::default() });
        assert!(change(SettingArg::FiscalYearStart, "13").is_err());
        assert!(change(SettingArg::HashUsers, "maybe").is_err());
    }
}
