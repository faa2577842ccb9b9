//! The registry: one line a format, in the order that they are listed to people.

mod anthropic_admin_cost;
mod anthropic_admin_usage;
mod anthropic_batch;
mod anthropic_cost_csv;
mod anthropic_usage_csv;
mod aws_cur_csv;
mod azure_cost_csv;
mod bedrock_invocation_log;
mod focus_csv;
mod gcp_billing;
mod inhouse_calls;
mod inhouse_eval;
mod mapped;
mod openai_activity_csv;
mod openai_admin_costs;
mod openai_admin_usage;
mod openai_batch;
mod openai_cost_csv;
mod openai_usage_csv;
mod openinference_json;
mod otlp_json;
mod trace_csv;
mod trace_jsonl;

use crate::format::Format;

/// Every format.
#[must_use]
pub fn formats() -> &'static [&'static dyn Format] {
    &[
        &trace_jsonl::TraceJsonl,
        &trace_csv::TraceCsv,
        &inhouse_eval::InhouseEval,
        &inhouse_calls::InhouseCalls,
        &openai_usage_csv::OpenaiUsageCsv,
        &openai_cost_csv::OpenaiCostCsv,
        &openai_activity_csv::OpenaiActivityCsv,
        &openai_admin_usage::OpenaiAdminUsage,
        &openai_admin_costs::OpenaiAdminCosts,
        &openai_batch::OpenaiBatch,
        &anthropic_usage_csv::AnthropicUsageCsv,
        &anthropic_cost_csv::AnthropicCostCsv,
        &anthropic_admin_usage::AnthropicAdminUsage,
        &anthropic_admin_cost::AnthropicAdminCost,
        &anthropic_batch::AnthropicBatch,
        &bedrock_invocation_log::BedrockInvocationLog,
        &focus_csv::FocusCsv,
        &aws_cur_csv::AwsCurCsv,
        &azure_cost_csv::AzureCostCsv,
        &gcp_billing::GcpBilling,
        &otlp_json::OtlpJson,
        &openinference_json::OpeninferenceJson,
        &mapped::Mapped,
    ]
}
