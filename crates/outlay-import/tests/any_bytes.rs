//! Whatever the bytes, no reader panics, and every row is accounted for.

mod common;

use common::{Sums, read_into};
use outlay_import::mapping::{preview, suggest};
use outlay_import::{Head, ReadOptions, formats};
use proptest::prelude::*;

const HEADERS: &[&str] = &[
    "timestamp,model,input_tokens,output_tokens,cached_input_tokens,cost_usd,score.x,block_hashes",
    "timestamp,provider,model,operation,prompt_tokens,completion_tokens,total_tokens,latency_ms,cost_usd,error",
    "start_time,end_time,start_time_iso,end_time_iso,input_tokens,output_tokens,model,batch",
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item",
    "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens,speed",
    "usage_date_utc,model,token_type,cost_usd",
    "timestamp,model,n_context_tokens_total,n_generated_tokens_total",
    "ChargePeriodStart,ChargePeriodEnd,BilledCost,BillingCurrency,ChargeCategory,ProviderName,Tags",
    "line_item_usage_start_date,line_item_unblended_cost,line_item_product_code,line_item_usage_type,product,tags",
    "Date,Cost,Quantity,UnitOfMeasure,BillingCurrency,MeterCategory,MeterName,Tags",
    "usage_start_time,usage_end_time,cost,credits,labels,service.description,sku.description",
    "Date,Service description,SKU description,Usage amount,Cost ($)",
];

fn check(bytes: &[u8]) {
    let options = ReadOptions { zone: Some(chrono_tz::Europe::Berlin), ..ReadOptions::default() };
    for format in formats() {
        let mut options = options.clone();
        if format.id() == "mapped" {
            let head = Head::new("test", bytes, true);
            let suggestion = suggest(&head);
            let _ = preview(&head, &suggestion.mapping, 3);
            options.mapping = Some(suggestion.mapping);
        }
        let _ = read_into(None, Some(format.id()), bytes.to_vec(), &options, &mut Sums::default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn tables_of_anything(header in prop::sample::select(HEADERS), body in "([0-9a-z\\-T:Z. ,\"{}\\[\\]é]{0,30}[,\n]){0,30}") {
        check(format!("{header}\n{body}").as_bytes());
    }

    #[test]
    fn tables_of_numbers(header in prop::sample::select(HEADERS), body in "(([0-9]{1,20}|-?[0-9]\\.[0-9]e[0-9]{1,3}|2026-01-0[1-9]|),?){0,60}\n") {
        check(format!("{header}\n{body}").as_bytes());
    }

    #[test]
    fn json_of_anything(values in prop::collection::vec("(-?[0-9]{1,20}(\\.[0-9]{1,3})?|\"[a-z0-9\\-:\\\\u]{0,12}\"|null|true|\\[1,\"f\"\\]|\\{\"a\":[1-9]\\})", 8), cut in 0_usize..400) {
        let keys = ["timestamp", "model", "input_tokens", "output_tokens", "scores", "block_hashes", "user_feedback", "cost_usd"];
        let row: Vec<String> = keys.iter().zip(&values).map(|(k, v)| format!("\"{k}\":{v}")).collect();
        let text = format!("{{{}}}\n{{{}}}", row.join(","), row.join(","));
        let mut end = cut.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        check(text.as_bytes());
        check(&text.as_bytes()[..end]);
        check(format!("[{text}").as_bytes());
    }
}
