//! Bodies of the commands, one file a topic.

mod answers;
mod company;
mod files;
mod import;
mod mapping;
mod names;
mod price;

pub use answers::{bill, calls, hotspots, overview, trace, trend};
pub use company::{ledger_info, ledger_open, make_sample, sample_open, settings_set};
pub use import::{import, import_undo, imports};
pub use mapping::{formats, mapping};
pub use names::{names, names_set};
pub use price::{alias_set, price, prices, user_prices};
