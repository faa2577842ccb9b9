//! The command table: every command once, as `name: Request -> Reply`.
//!
//! The dispatcher that both shells use and the TypeScript interface come from this one list. Bodies are in
//! [`crate::use_cases`], one file each.

use serde_json::Value;
use ts_rs::TS;

use crate::replies::*;
use crate::task::Task;
use crate::{App, use_cases};
use outlay_analysis::analyses::bill::Bill;
use outlay_analysis::analyses::calls::CallsPage;
use outlay_analysis::analyses::coverage::Coverage;
use outlay_analysis::analyses::hotspots::Hotspots;
use outlay_analysis::analyses::month::Month;
use outlay_analysis::analyses::overview::Overview;
use outlay_analysis::analyses::trace::Trace;
use outlay_analysis::analyses::trend::Trend;

macro_rules! commands {
    ($($name:ident: $request:ty => $reply:ty;)*) => {
        /// Names of all commands.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Answers one command given as JSON.
        ///
        /// # Errors
        /// As the command's use case; `bad_request` where the command is unknown or its request malformed.
        pub async fn dispatch(app: &App, command: &str, request: Value, task: &Task) -> Result<Value, ErrorReply> {
            match command {
                $(stringify!($name) => {
                    let request: $request = serde_json::from_value(request).map_err(|e| {
                        ErrorReply::bad_request(format!("the request of {command} is malformed: {e}"))
                    })?;
                    // Boxed: one future with room for every command's would not fit on a small stack.
                    let reply: $reply = Box::pin(use_cases::$name(app, request, task)).await?;
                    serde_json::to_value(reply).map_err(|e| ErrorReply::fault(e.to_string()))
                })*
                _ => Err(ErrorReply::bad_request(format!("there is no command {command}"))),
            }
        }

        /// The TypeScript interface of all commands: `{ name: { request: R; reply: R } }`.
        #[must_use]
        pub fn typescript(config: &ts_rs::Config) -> String {
            let mut out = String::from("export interface Commands {\n");
            $(out.push_str(&format!("  {}: {{ request: {}; reply: {} }};\n", stringify!($name), <$request as TS>::name(config), <$reply as TS>::name(config)));)*
            out.push_str("}\n");
            out
        }
    };
}

commands! {
    ledger_info: Nothing => LedgerInfo;
    ledger_open: LedgerRequest => LedgerInfo;
    sample_open: Nothing => LedgerInfo;
    settings_set: Settings => LedgerInfo;
    formats: Nothing => FormatsReply;
    import: ImportRequest => ImportReply;
    imports: Nothing => ImportsReply;
    import_undo: ImportId => ImportReply;
    rejects: RejectsRequest => RejectsReply;
    mapping: MappingRequest => MappingReply;
    overview: FilterRequest => Overview;
    trend: TrendRequest => Trend;
    hotspots: HotspotsRequest => Hotspots;
    month: MonthRequest => Month;
    coverage: FilterRequest => Coverage;
    source_set: SourceRequest => Coverage;
    calls: CallsRequest => CallsPage;
    export: ExportRequest => ExportReply;
    bill: IdRequest => Bill;
    trace: IdRequest => Trace;
    price: PriceRequest => PriceReply;
    prices: PricesRequest => PricesReply;
    user_prices: UserPricesRequest => RepriceReply;
    alias_set: AliasRequest => RepriceReply;
    names: Nothing => NamesReply;
    names_set: NamesRequest => NamesReply;
    doctor: DoctorRequest => DoctorReply;
    forget: ForgetRequest => ForgetReply;
    backup: BackupRequest => BackupReply;
    restore: RestoreRequest => BackupReply;
}
