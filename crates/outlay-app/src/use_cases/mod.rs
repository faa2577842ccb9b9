//! Bodies of the commands, one file a topic.

mod again;
mod answers;
mod archives;
mod care;
mod company;
mod export;
mod files;
mod import;
mod mapping;
mod names;
mod noted;
mod price;
mod reprice;
mod sources;
mod watch;

pub use again::rejects;
pub use answers::{bill, calls, hotspots, month, overview, trace, trend};
pub use care::{backup, doctor, forget, restore};
pub use company::{ledger_info, ledger_open, make_sample, sample_open, settings, settings_set};
pub use export::{export, export_csv, export_svg};
pub use import::{import, import_undo, imports};
pub use mapping::{formats, mapping};
pub use names::{names, names_set};
pub use price::{price, prices};
pub use reprice::{alias_set, user_prices};
pub use sources::{coverage, source_set};
pub use watch::Watch;
