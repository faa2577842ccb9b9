//! The words of a row as codes: normalised once per distinct word, not once per row.

use outlay_model::names;
use outlay_model::record::Dimensions;
use outlay_model::time::Micros;
use outlay_price::Key;

use super::Import;
use crate::datasets::words::{NONE, Words};

/// Where each column's words are.
pub(super) struct Slots {
    pub(super) dims: [usize; 18],
    pub(super) status: usize,
    pub(super) error_type: usize,
    pub(super) finish_reason: usize,
    pub(super) step_kind: usize,
    pub(super) tool: usize,
    pub(super) index_version: usize,
    pub(super) system_prompt_hash: usize,
    pub(super) recorded_currency: usize,
    pub(super) score_name: usize,
    pub(super) score_version: usize,
    pub(super) score_kind: usize,
    pub(super) score_label: usize,
    pub(super) context_window: usize,
    pub(super) discriminator: usize,
    pub(super) currency: usize,
    pub(super) category: usize,
    pub(super) line_item: usize,
    pub(super) meter: usize,
    pub(super) unit: usize,
    pub(super) invoice_id: usize,
    pub(super) name: usize,
    pub(super) version: usize,
    pub(super) scorer_kind: usize,
    pub(super) label: usize,
}

impl Slots {
    pub(super) fn of(words: &Words) -> Slots {
        let slot = |name: &str| words.slot(name).unwrap_or_default();
        let mut dims = [0; 18];
        for (at, (name, _)) in dims.iter_mut().zip(crate::datasets::schema::DIMENSIONS) {
            *at = slot(name);
        }
        Slots {
            dims,
            status: slot("status"),
            error_type: slot("error_type"),
            finish_reason: slot("finish_reason"),
            step_kind: slot("step_kind"),
            tool: slot("tool"),
            index_version: slot("index_version"),
            system_prompt_hash: slot("system_prompt_hash"),
            recorded_currency: slot("recorded_currency"),
            score_name: slot("score_name"),
            score_version: slot("score_version"),
            score_kind: slot("score_kind"),
            score_label: slot("score_label"),
            context_window: slot("context_window"),
            discriminator: slot("discriminator"),
            currency: slot("currency"),
            category: slot("category"),
            line_item: slot("line_item"),
            meter: slot("meter"),
            unit: slot("unit"),
            invoice_id: slot("invoice_id"),
            name: slot("name"),
            version: slot("version"),
            scorer_kind: slot("scorer_kind"),
            label: slot("label"),
        }
    }
}

pub(super) const PROVIDER: usize = 0;
const CHANNEL: usize = 1;
pub(super) const ACCOUNT: usize = 2;
const MODEL: usize = 3;
const TIER: usize = 5;
const REGION: usize = 6;
const USER: usize = 14;

impl Import {
    pub(super) fn dims(&mut self, dims: &Dimensions<'_>) -> [u32; 18] {
        let texts = [
            "",
            &dims.channel,
            &dims.account,
            &dims.model,
            &dims.operation,
            "",
            &dims.region,
            &dims.environment,
            &dims.feature,
            &dims.team,
            &dims.project,
            &dims.api_key,
            &dims.workspace,
            &dims.customer,
            "",
            &dims.prompt_name,
            &dims.prompt_version,
            &dims.agent,
        ];
        let mut codes = [NONE; 18];
        for (at, text) in texts.into_iter().enumerate() {
            codes[at] = self.words.code(self.slots.dims[at], text);
        }
        codes[PROVIDER] = self.provider(&dims.provider, codes[MODEL], &dims.model);
        codes[TIER] = self.tier(&dims.tier);
        codes[USER] = self.user(&dims.user);
        codes
    }

    fn provider(&mut self, told: &str, model_code: u32, model: &str) -> u32 {
        let raw = self.told.code(told, |_| None);
        if let Some(&code) = self.providers.get(&(raw, model_code)) {
            return code;
        }
        let name = if told.trim().is_empty() {
            names::provider_of_model(model).unwrap_or_default().to_owned()
        } else {
            names::provider(told)
        };
        let code = self.words.code(self.slots.dims[PROVIDER], &name);
        self.providers.insert((raw, model_code), code);
        code
    }

    fn tier(&mut self, told: &str) -> u32 {
        let raw = self.told_tiers.code(told, |_| None);
        if let Some(&code) = self.tiers.get(&raw) {
            return code;
        }
        let code = self.words.code(self.slots.dims[TIER], &names::tier(told));
        self.tiers.insert(raw, code);
        code
    }

    fn user(&mut self, user: &str) -> u32 {
        if !self.options.hash_users || user.is_empty() {
            return self.words.code(self.slots.dims[USER], user);
        }
        if let Some(&code) = self.users.get(user) {
            return code;
        }
        let code = self.words.code(self.slots.dims[USER], &self.digester.pseudonym(user));
        self.users.insert(user.into(), code);
        code
    }

    pub(super) fn rate_set(&mut self, codes: &[u32; 18], at: Micros, total_input: i64) -> u32 {
        let (words, dims) = (&self.words, &self.slots.dims);
        let text = |place: usize| words.word(dims[place], codes[place]).to_owned();
        let key = [codes[PROVIDER], codes[CHANNEL], codes[MODEL], codes[REGION], codes[TIER]];
        let texts = || Key {
            provider: text(PROVIDER),
            channel: text(CHANNEL),
            model: text(MODEL),
            region: text(REGION),
            tier: text(TIER),
        };
        self.pricer.rate_set(key, texts, at, total_input)
    }
}
