//! Bodies of the commands, one file each.

#![allow(missing_docs)]
use crate::{App, replies::*, task::Task};
use outlay_analysis::analyses::{
    bill::Bill, calls::CallsPage, hotspots::Hotspots, overview::Overview, trace::Trace, trend::Trend,
};
macro_rules! skeleton { ($($name:ident: $request:ty => $reply:ty;)*) => { $(pub async fn $name(_app: &App, _request: $request, _task: &Task) -> Result<$reply, ErrorReply> { Err(ErrorReply::fault(stringify!($name))) })* } }
skeleton! {
    ledger_info: Nothing => LedgerInfo;
    ledger_open: LedgerRequest => LedgerInfo;
    sample_open: Nothing => LedgerInfo;
    settings_set: Settings => LedgerInfo;
    formats: Nothing => FormatsReply;
    import: ImportRequest => ImportReply;
    imports: Nothing => ImportsReply;
    import_undo: ImportId => ImportReply;
    mapping: MappingRequest => MappingReply;
    overview: FilterRequest => Overview;
    trend: TrendRequest => Trend;
    hotspots: HotspotsRequest => Hotspots;
    calls: CallsRequest => CallsPage;
    bill: IdRequest => Bill;
    trace: IdRequest => Trace;
    price: PriceRequest => PriceReply;
    prices: PricesRequest => PricesReply;
    user_prices: UserPricesRequest => RepriceReply;
    alias_set: AliasRequest => RepriceReply;
    names: Nothing => NamesReply;
    names_set: NamesRequest => NamesReply;
}
