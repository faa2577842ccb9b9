//! The command table: every command once, as `name: Request -> Reply`. Dispatcher and TypeScript come from it.
//
//  ledger_info: Nothing -> LedgerInfo              settings_set: Settings -> LedgerInfo
//  ledger_open: LedgerRequest -> LedgerInfo        sample_open: Nothing -> LedgerInfo
//  formats: Nothing -> FormatsReply
//  import: ImportRequest -> ImportReply (progress, cancel)
//  imports: Nothing -> ImportsReply                import_undo: ImportId -> ImportReply
//  mapping: MappingRequest -> MappingReply
//  overview: FilterRequest -> Overview             trend: TrendRequest -> Trend
//  hotspots: HotspotsRequest -> Hotspots           calls: CallsRequest -> CallsPage
//  bill: IdRequest -> Bill                         trace: IdRequest -> Trace
//  price: PriceRequest -> PriceReply               prices: PricesRequest -> PricesReply
//  user_prices: UserPricesRequest -> RepriceReply  alias_set: AliasRequest -> RepriceReply
//  names: Nothing -> NamesReply                    names_set: NamesRequest -> NamesReply
