//! An import under way: a sink that prices, redacts, hashes and buffers records, and spills them until publication.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use foldhash::fast::FixedState;
use outlay_model::names;
use outlay_model::record::{
    Call, Charge, Dimensions, Place, Record, Refusal, Rejected, Score, ScoreValue, Sink, Usage, shorten,
};
use outlay_model::report::{Kind, RejectedRow};
use outlay_model::time::{EARLIEST, LATEST, Micros, utc_day};
use outlay_model::tokens::{MAX_CALL_TOKENS, MAX_USAGE_TOKENS, Tokens};
use outlay_price::Key;
use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

use crate::datasets::buffer::Buffer;
use crate::datasets::schema::Dataset;
use crate::datasets::spill::Spill;
use crate::datasets::words::{NONE, Words};
use crate::digest::{Digest, Digester};
use crate::error::{Error, Result};
use crate::lock::WriterLock;
use crate::pricing::Pricer;

/// Marks the file number of a score that came inside a call's row, so that rows are counted once.
pub const IN_ROW: i64 = 1 << 32;
/// Rejected rows of one file that are kept word for word; beyond, they are only counted.
pub const REJECTS_KEPT: usize = 100_000;

/// How an import is to be made.
pub struct ImportOptions {
    /// Rows of a dataset that may wait in memory before they are spilled to disk.
    pub rows_in_memory: usize,
    /// Keep texts, redacted.
    pub keep_text: bool,
    /// Store user ids as keyed hashes.
    pub hash_users: bool,
    /// Told now and then the bytes and rows read so far; returns whether to go on.
    pub progress: Box<dyn FnMut(u64, u64) -> bool + Send>,
    /// Asked while publishing, between parts: whether to stop and leave nothing.
    pub cancelled: Box<dyn Fn() -> bool + Send>,
}

impl std::fmt::Debug for ImportOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportOptions").field("rows_in_memory", &self.rows_in_memory).finish_non_exhaustive()
    }
}

impl Default for ImportOptions {
    fn default() -> Self {
        ImportOptions {
            rows_in_memory: 1 << 18,
            keep_text: false,
            hash_users: false,
            progress: Box::new(|_, _| true),
            cancelled: Box::new(|| false),
        }
    }
}

/// What a file gave.
#[derive(Clone, Debug, Default)]
pub struct FileTally {
    /// Rows pushed or rejected.
    pub rows: u64,
    /// Rejected rows.
    pub rejected: u64,
    /// The rejected rows kept.
    pub rejects: Vec<RejectedRow>,
    /// First and last instant.
    pub span: Option<(Micros, Micros)>,
    /// Kinds of record seen.
    pub kinds: Vec<Kind>,
    /// Secrets removed while it was read.
    pub secrets: u64,
    /// Rows that stand in the ledger because of this file, known after publication.
    pub imported: u64,
    /// Rows that another one displaces, known after publication.
    pub duplicate: u64,
}

struct Slots {
    dims: [usize; 18],
    status: usize,
    error_type: usize,
    finish_reason: usize,
    step_kind: usize,
    tool: usize,
    index_version: usize,
    system_prompt_hash: usize,
    recorded_currency: usize,
    context_window: usize,
    discriminator: usize,
    currency: usize,
    category: usize,
    line_item: usize,
    meter: usize,
    unit: usize,
    invoice_id: usize,
    name: usize,
    version: usize,
    scorer_kind: usize,
    label: usize,
}

impl Slots {
    fn of(words: &Words) -> Slots {
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

const PROVIDER: usize = 0;
const CHANNEL: usize = 1;
const ACCOUNT: usize = 2;
const MODEL: usize = 3;
const TIER: usize = 5;
const REGION: usize = 6;
const USER: usize = 14;

/// Number of datasets.
const SETS: usize = Dataset::ALL.len();

/// An import under way. Dropping it leaves nothing behind.
pub struct Import {
    pub(crate) id: i64,
    pub(crate) scratch: PathBuf,
    pub(crate) words: Words,
    pub(crate) pricer: Pricer,
    pub(crate) spills: [Spill; SETS],
    pub(crate) presence: HashMap<(Kind, u32, u32, i32), i64, FixedState>,
    /// UTC days with rows of any dataset: what an undo has to look at.
    pub(crate) days: BTreeSet<i32>,
    pub(crate) tallies: Vec<FileTally>,
    _lock: WriterLock,
    pub(crate) fault: Option<Error>,
    slots: Slots,
    buffers: [Buffer; SETS],
    digester: Digester,
    /// Keys of rows are of this ledger alone.
    seed: u64,
    pub(crate) options: ImportOptions,
    /// Normalised code by raw codes: providers by (told, model), tiers by told.
    providers: HashMap<(u32, u32), u32, FixedState>,
    tiers: HashMap<u32, u32, FixedState>,
    users: HashMap<Box<str>, u32, FixedState>,
    told: crate::datasets::words::Interner,
    told_tiers: crate::datasets::words::Interner,
    content: Vec<u8>,
    bytes_before: u64,
    bytes: u64,
    rows: u64,
}

impl std::fmt::Debug for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Import").field("id", &self.id).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        // The lock is still held: nobody else can be using the scratch folder. What stays behind is swept later.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

impl Import {
    pub(crate) fn new(
        id: i64,
        scratch: PathBuf,
        lock: WriterLock,
        pricer: Pricer,
        digester: Digester,
        options: ImportOptions,
    ) -> Import {
        let words = Words::new(crate::redact::Redactor::default());
        let budget = options.rows_in_memory;
        Import {
            id,
            slots: Slots::of(&words),
            words,
            pricer,
            spills: Dataset::ALL.map(|d| Spill::new(&scratch, d.name(), budget)),
            buffers: Dataset::ALL.map(Buffer::new),
            scratch,
            presence: HashMap::with_hasher(FixedState::default()),
            days: BTreeSet::new(),
            tallies: Vec::new(),
            _lock: lock,
            fault: None,
            seed: digester.hash(&[b"rows"]) as u64,
            digester,
            options,
            providers: HashMap::with_hasher(FixedState::default()),
            tiers: HashMap::with_hasher(FixedState::default()),
            users: HashMap::with_hasher(FixedState::default()),
            told: Default::default(),
            told_tiers: Default::default(),
            content: Vec::new(),
            bytes_before: 0,
            bytes: 0,
            rows: 0,
        }
    }

    /// Begins the next file.
    pub fn begin_file(&mut self) {
        self.count_secrets();
        self.tallies.push(FileTally::default());
        self.bytes_before += self.bytes;
        self.bytes = 0;
    }

    /// Gives the last file the secrets that were removed while it was read.
    pub(crate) fn count_secrets(&mut self) {
        let before: u64 = self.tallies.iter().map(|t| t.secrets).sum();
        if let Some(tally) = self.tallies.last_mut() {
            tally.secrets += self.words.redactor.removed - before;
        }
    }

    /// What the current file gave so far.
    #[must_use]
    pub fn tally(&self) -> Option<&FileTally> {
        self.tallies.last()
    }

    /// Moves all buffered rows into the spills.
    pub(crate) fn flush(&mut self) -> Result<()> {
        for at in 0..SETS {
            self.spill(at)?;
        }
        Ok(())
    }

    fn spill(&mut self, at: usize) -> Result<()> {
        if self.buffers[at].rows() > 0 {
            let frame = self.buffers[at].take()?;
            self.spills[at].add(&frame)?;
        }
        Ok(())
    }

    fn full(&mut self, at: usize) -> std::result::Result<(), Refusal> {
        if self.buffers[at].is_full()
            && let Err(error) = self.spill(at)
        {
            self.fault = Some(error);
            return Err(Refusal::Stop);
        }
        Ok(())
    }

    fn dims(&mut self, dims: &Dimensions<'_>) -> [u32; 18] {
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

    fn rate_set(&mut self, codes: &[u32; 18], at: Micros, total_input: i64) -> u32 {
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

    fn see(&mut self, kind: Kind, codes: &[u32; 18], time: Micros) {
        self.present(kind, codes, time);
        self.count(kind, time);
    }

    fn present(&mut self, kind: Kind, codes: &[u32; 18], time: Micros) {
        *self.presence.entry((kind, codes[PROVIDER], codes[ACCOUNT], utc_day(time))).or_default() += 1;
    }

    fn count(&mut self, kind: Kind, time: Micros) {
        self.days.insert(utc_day(time));
        if let Some(tally) = self.tallies.last_mut() {
            tally.rows += 1;
            tally.span = Some(tally.span.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
            if !tally.kinds.contains(&kind) {
                tally.kinds.push(kind);
            }
        }
        self.rows += 1;
    }

    fn file_number(&self) -> i64 {
        self.tallies.len() as i64 - 1
    }

    fn write_dims(buffer: &mut Buffer, codes: &[u32; 18]) {
        for code in codes {
            buffer.dim(*code);
        }
    }

    fn write_tokens(buffer: &mut Buffer, tokens: Option<&Tokens>) {
        match tokens {
            Some(t) => {
                for count in t.buckets() {
                    buffer.int(Some(count));
                }
                buffer.int(Some(t.reasoning));
            }
            None => (0..13).for_each(|_| buffer.int(None)),
        }
    }

    /// Identity, precedence and origin of a row whose content lies in `self.content`; the first `identity` bytes of
    /// it are what makes the row itself.
    fn write_control(&mut self, at: usize, identity: usize, by_id: bool, rank: i64, file: i64, row: u64) {
        let key = xxh3_128_with_seed(&self.content[..identity], self.seed);
        let buffer = &mut self.buffers[at];
        buffer.must((key >> 64) as u64 as i64);
        buffer.must(key as u64 as i64);
        buffer.must(i64::from(by_id));
        buffer.must(rank);
        buffer.must(xxh3_64_with_seed(&self.content, self.seed) as i64);
        buffer.must(self.id);
        buffer.must(file);
        buffer.must(row as i64);
        buffer.end();
    }

    fn push_call(&mut self, place: Place, call: &Call<'_>) -> std::result::Result<(), Refusal> {
        check_time("timestamp", call.time)?;
        if let Some(tokens) = &call.tokens {
            tokens.check(MAX_CALL_TOKENS).map_err(|f| refuse("tokens", f.to_string()))?;
        }
        for (column, value) in [("latency_ms", call.latency_ms), ("ttft_ms", call.ttft_ms)] {
            if value.is_some_and(|v| !(0..=31_536_000_000).contains(&v)) {
                return Err(refuse(column, "a duration must lie between 0 and a year".to_owned()));
            }
        }
        if !(0..=1_000_000).contains(&call.attempt) {
            return Err(refuse("attempt", "an attempt counts from 1".to_owned()));
        }
        let recorded = match call.recorded_cost {
            Some((amount, currency)) => match i64::try_from(amount.0) {
                Ok(pico) => Some((pico, currency)),
                Err(_) => return Err(refuse("cost", "more than 9 million for one call".to_owned())),
            },
            None => None,
        };
        let codes = self.dims(&call.dims);
        let is_step = call.tokens.is_none() && !matches!(call.step_kind.as_ref(), "" | "llm" | "embedding");
        let dataset = if is_step { Dataset::Steps } else { Dataset::Calls };
        let at = dataset as usize;
        let size = call.tokens.map_or(0, |t| t.total_input());
        let rate_set = if is_step { 0 } else { self.rate_set(&codes, call.time, size) };
        let size_bin = self.pricer.size_bin(size);
        let failed = !call.error_type.is_empty() || is_failure(&call.status);

        // Identity: what the provider or tracer calls it, else all that the row says.
        let mut content = std::mem::take(&mut self.content);
        content.clear();
        let by_id = if !call.request_id.is_empty() {
            text(&mut content, &["r", &call.dims.account, &call.request_id]);
            number(&mut content, call.attempt);
            true
        } else if !call.span_id.is_empty() {
            text(&mut content, &["s", &call.dims.account, &call.trace_id, &call.span_id]);
            number(&mut content, call.attempt);
            true
        } else {
            false
        };
        let id_bytes = content.len();
        number(&mut content, call.time);
        describe(&mut content, &call.dims);
        text(
            &mut content,
            &[
                &call.status,
                &call.error_type,
                &call.finish_reason,
                &call.trace_id,
                &call.parent_id,
                &call.session,
                &call.step_kind,
                &call.tool,
                &call.index_version,
                &call.system_prompt_hash,
                &call.prompt_hash,
            ],
        );
        match &call.tokens {
            Some(t) => t.buckets().into_iter().chain([t.reasoning]).for_each(|n| number(&mut content, n)),
            None => content.push(b'?'),
        }
        for value in [call.latency_ms, call.ttft_ms, recorded.map(|r| r.0), Some(call.attempt), call.prompt_chars] {
            number(&mut content, value.unwrap_or(i64::MIN));
        }
        for score in &call.scores {
            text(&mut content, &[&score.name, &score.version, &score.kind, &score.label]);
            number(&mut content, score.value.unwrap_or(f64::NAN).to_bits() as i64);
        }
        let texts = call.texts;
        for part in [texts.system, texts.prompt, texts.output].into_iter().flatten() {
            number(&mut content, self.digester.hash(&[b"content", part.as_bytes()]));
        }
        let identity = if by_id { id_bytes } else { content.len() };
        self.content = content;

        let digest = if texts.system.is_some() || texts.prompt.is_some() || texts.output.is_some() {
            let scope = format!("{}\u{1f}{}", call.dims.account, call.dims.model);
            self.digester.digest(&texts, &scope)
        } else {
            Digest::default()
        };
        let blocks: Vec<u8> = if call.block_hashes.is_empty() {
            digest.blocks
        } else {
            call.block_hashes.iter().flat_map(|h| h.to_le_bytes()).collect()
        };
        let status = self.words.code(self.slots.status, if failed { "error" } else { "ok" });
        let dims = [
            status,
            self.words.code(self.slots.error_type, &call.error_type),
            self.words.code(self.slots.finish_reason, &call.finish_reason),
            self.words.code(self.slots.step_kind, &call.step_kind),
            self.words.code(self.slots.tool, &call.tool),
            self.words.code(self.slots.index_version, &call.index_version),
            self.words.code(self.slots.system_prompt_hash, &call.system_prompt_hash),
            self.words.code(self.slots.recorded_currency, recorded.as_ref().map_or("", |r| r.1.as_str())),
        ];
        let kept = |text: Option<&str>| if self.options.keep_text { text.unwrap_or_default() } else { "" }.to_owned();
        let kept = [kept(texts.system), kept(texts.prompt), kept(texts.output)]
            .map(|t| if t.is_empty() { t } else { self.words.redactor.clean(&t).unwrap_or(t) });
        let ids: [std::borrow::Cow<'_, str>; 6] =
            [&call.session, &call.request_id, &call.trace_id, &call.span_id, &call.parent_id, &call.prompt_hash]
                .map(|id| self.words.redactor.clean(id).map_or_else(|| id.as_ref().into(), Into::into));

        let rank = call_rank(call, failed);
        let file = self.file_number();
        let buffer = &mut self.buffers[at];
        buffer.must(call.time);
        Self::write_dims(buffer, &codes);
        for code in dims {
            buffer.dim(code);
        }
        for id in &ids {
            buffer.id(id);
        }
        buffer.bytes(&blocks);
        buffer.bytes(&digest.minhash);
        for text in &kept {
            buffer.id(text);
        }
        buffer.must(call.attempt);
        buffer.int(recorded.map(|r| r.0));
        buffer.int(call.latency_ms);
        buffer.int(call.ttft_ms);
        buffer.int(digest.system_chars);
        buffer.int(digest.prompt_chars.or(call.prompt_chars));
        buffer.int(digest.output_chars);
        buffer.int(digest.exact);
        buffer.int(digest.normal);
        buffer.int(digest.prefix);
        buffer.int(digest.checks);
        buffer.must(i64::from(rate_set));
        buffer.must(size_bin);
        Self::write_tokens(buffer, call.tokens.as_ref());
        self.write_control(at, identity, by_id, rank, file, place.line);

        for score in &call.scores {
            self.push_score_row(
                call.time,
                score,
                [&call.request_id, &call.trace_id, &call.span_id, &call.session, ""],
                &codes,
                identity,
                by_id,
                file | IN_ROW,
                place.line,
            );
        }
        self.count(Kind::Call, call.time);
        // A step bills nothing: it does not make its source's day present.
        if !is_step {
            self.present(Kind::Call, &codes, call.time);
        }
        self.full(at)?;
        self.full(Dataset::Scores as usize)
    }

    /// Writes a score. Its identity is that of what it is about (the first `about` bytes of `self.content`) and of
    /// the scorer; the latest value stands.
    #[expect(clippy::too_many_arguments, reason = "one row, written once for two kinds of record")]
    fn push_score_row(
        &mut self,
        time: Micros,
        score: &ScoreValue<'_>,
        ids: [&str; 5],
        codes: &[u32; 18],
        about: usize,
        by_id: bool,
        file: i64,
        row: u64,
    ) {
        let mut content = std::mem::take(&mut self.content);
        let whole = content.split_off(about);
        text(&mut content, &[&score.name, &score.version, &score.kind]);
        let identity = content.len();
        text(&mut content, &[&score.label]);
        number(&mut content, score.value.unwrap_or(f64::NAN).to_bits() as i64);
        self.content = content;
        let dims = [
            self.words.code(self.slots.name, &score.name),
            self.words.code(self.slots.version, &score.version),
            self.words.code(self.slots.scorer_kind, &score.kind),
            self.words.code(self.slots.label, &score.label),
        ];
        let buffer = &mut self.buffers[Dataset::Scores as usize];
        buffer.must(time);
        Self::write_dims(buffer, codes);
        for code in dims {
            buffer.dim(code);
        }
        buffer.real(score.value);
        for id in ids {
            match self.words.redactor.clean(id) {
                Some(cleaned) => buffer.id(&cleaned),
                None => buffer.id(id),
            }
        }
        self.write_control(Dataset::Scores as usize, identity, by_id, i64::from(score.value.is_some()), file, row);
        self.content.truncate(about);
        self.content.extend_from_slice(&whole);
    }

    fn push_usage(&mut self, place: Place, usage: &Usage<'_>) -> std::result::Result<(), Refusal> {
        check_time("start", usage.time)?;
        check_time("end", usage.end)?;
        if usage.end < usage.time {
            return Err(refuse("end", "the bucket ends before it begins".to_owned()));
        }
        if let Some(tokens) = &usage.tokens {
            tokens.check(MAX_USAGE_TOKENS).map_err(|f| refuse("tokens", f.to_string()))?;
        }
        for (column, value) in [("requests", usage.requests), ("web_searches", usage.web_searches)] {
            if value.is_some_and(|v| !(0..=MAX_USAGE_TOKENS).contains(&v)) {
                return Err(refuse(column, "a count must not be negative or absurd".to_owned()));
            }
        }
        let codes = self.dims(&usage.dims);
        // A bucket sums many calls and cannot choose a size band; its own context-window column can.
        let size = band_size(&usage.context_window);
        let rate_set = if usage.tokens.is_some() { self.rate_set(&codes, usage.time, size) } else { 0 };
        let size_bin = self.pricer.size_bin(size);
        let mut content = std::mem::take(&mut self.content);
        content.clear();
        number(&mut content, usage.time);
        // A running bucket grows: its end is not part of what it is.
        describe(&mut content, &usage.dims);
        text(&mut content, &[&usage.context_window, &usage.discriminator]);
        number(&mut content, i64::from(usage.idle));
        let identity = content.len();
        number(&mut content, usage.end);
        if let Some(t) = &usage.tokens {
            t.buckets().into_iter().for_each(|n| number(&mut content, n));
        }
        number(&mut content, usage.requests.unwrap_or(-1));
        self.content = content;
        let window = self.words.code(self.slots.context_window, &usage.context_window);
        let discriminator = self.words.code(self.slots.discriminator, &usage.discriminator);
        let rank = usage.tokens.map_or(0, |t| t.total()).saturating_add(usage.requests.unwrap_or(0));
        let file = self.file_number();
        let buffer = &mut self.buffers[Dataset::Usage as usize];
        buffer.must(usage.time);
        Self::write_dims(buffer, &codes);
        buffer.must(usage.end);
        buffer.int(usage.requests);
        buffer.int(usage.web_searches);
        buffer.dim(window);
        buffer.dim(discriminator);
        buffer.must(i64::from(usage.idle));
        buffer.must(i64::from(rate_set));
        buffer.must(size_bin);
        Self::write_tokens(buffer, usage.tokens.as_ref());
        self.write_control(Dataset::Usage as usize, identity, false, rank, file, place.line);
        self.see(Kind::Usage, &codes, usage.time);
        self.full(Dataset::Usage as usize)
    }

    fn push_charge(&mut self, place: Place, charge: &Charge<'_>) -> std::result::Result<(), Refusal> {
        check_time("start", charge.time)?;
        check_time("end", charge.end)?;
        let codes = self.dims(&charge.dims);
        let mut content = std::mem::take(&mut self.content);
        content.clear();
        number(&mut content, charge.time);
        describe(&mut content, &charge.dims);
        text(&mut content, &[&charge.category, &charge.line_item, &charge.meter, &charge.unit, &charge.invoice_id]);
        text(&mut content, &[charge.currency.as_str()]);
        let identity = content.len();
        for amount in [Some(charge.billed), charge.effective, charge.list, charge.contracted, charge.quantity] {
            let pico = amount.map_or(i128::MIN, |a| a.0);
            content.extend_from_slice(&pico.to_le_bytes());
        }
        self.content = content;
        let dims = [
            (self.slots.currency, charge.currency.as_str()),
            (self.slots.category, if charge.category.is_empty() { "Usage" } else { &charge.category }),
            (self.slots.line_item, &charge.line_item),
            (self.slots.meter, &charge.meter),
            (self.slots.unit, &charge.unit),
            (self.slots.invoice_id, &charge.invoice_id),
        ]
        .map(|(slot, word)| self.words.code(slot, word));
        // Of two exports of a running day the larger amount is the later one.
        let rank = i64::try_from(charge.billed.0.abs() / 1000).unwrap_or(i64::MAX);
        let file = self.file_number();
        let buffer = &mut self.buffers[Dataset::Charges as usize];
        buffer.must(charge.time);
        Self::write_dims(buffer, &codes);
        buffer.must(charge.end);
        buffer.amount(Some(charge.billed.0));
        for amount in [charge.effective, charge.list, charge.contracted, charge.quantity] {
            buffer.amount(amount.map(|a| a.0));
        }
        buffer.amount(Some(charge.rounding.0));
        for code in dims {
            buffer.dim(code);
        }
        self.write_control(Dataset::Charges as usize, identity, false, rank, file, place.line);
        self.see(Kind::Charge, &codes, charge.time);
        // A line covers every day of its charge period, whichever day it is dated.
        let last = utc_day(charge.end - 1).min(utc_day(charge.time) + 366);
        for day in utc_day(charge.time) + 1..=last {
            self.presence.entry((Kind::Charge, codes[PROVIDER], codes[ACCOUNT], day)).or_default();
        }
        self.full(Dataset::Charges as usize)
    }

    fn push_score(&mut self, place: Place, score: &Score<'_>) -> std::result::Result<(), Refusal> {
        check_time("timestamp", score.time)?;
        if score.score.value.is_some_and(|v| !v.is_finite()) {
            return Err(refuse("value", "a score must be a finite number".to_owned()));
        }
        let codes = self.dims(&score.dims);
        self.content.clear();
        text(&mut self.content, &["score", &score.request_id, &score.trace_id, &score.span_id]);
        text(&mut self.content, &[&score.session, &score.user, &score.item]);
        number(&mut self.content, score.time);
        let about = self.content.len();
        let file = self.file_number();
        self.push_score_row(
            score.time,
            &score.score,
            [&score.request_id, &score.trace_id, &score.span_id, &score.session, &score.item],
            &codes,
            about,
            false,
            file,
            place.line,
        );
        self.see(Kind::Score, &codes, score.time);
        self.full(Dataset::Scores as usize)
    }
}

impl Sink for Import {
    fn push(&mut self, place: Place, record: Record<'_, '_>) -> std::result::Result<(), Refusal> {
        match record {
            Record::Call(call) => self.push_call(place, call),
            Record::Usage(usage) => self.push_usage(place, usage),
            Record::Charge(charge) => self.push_charge(place, charge),
            Record::Score(score) => self.push_score(place, score),
        }
    }

    fn reject(&mut self, rejected: Rejected) {
        self.rows += 1;
        let redactor = &mut self.words.redactor;
        // A row that could not be read at all may hold texts: little of it is enough to find it by.
        let most = if rejected.column.is_empty() { 40 } else { 80 };
        let value = shorten(&redactor.clean(&rejected.value).unwrap_or(rejected.value), most);
        let reason = redactor.clean(&rejected.reason).unwrap_or(rejected.reason);
        if let Some(tally) = self.tallies.last_mut() {
            tally.rows += 1;
            tally.rejected += 1;
            if tally.rejects.len() < REJECTS_KEPT {
                let Rejected { line, column, .. } = rejected;
                tally.rejects.push(RejectedRow { line, column, reason, value });
            }
        }
    }

    fn progress(&mut self, bytes: u64) -> std::result::Result<(), Refusal> {
        self.bytes = bytes;
        if (self.options.progress)(self.bytes_before + bytes, self.rows) {
            Ok(())
        } else {
            self.fault = Some(Error::Cancelled);
            Err(Refusal::Stop)
        }
    }
}

fn refuse(column: &'static str, reason: String) -> Refusal {
    Refusal::Row { column, reason }
}

fn check_time(column: &'static str, at: Micros) -> std::result::Result<(), Refusal> {
    if (EARLIEST..LATEST).contains(&at) {
        Ok(())
    } else {
        Err(refuse(column, "the time lies outside 2000 to 2100: is its unit or format another one?".to_owned()))
    }
}

fn is_failure(status: &str) -> bool {
    !matches!(
        status.to_ascii_lowercase().as_str(),
        "" | "ok" | "success" | "succeeded" | "completed" | "200" | "unset" | "status_code_ok" | "true" | "none"
    )
}

/// Final over partial, more known usage, larger output; later wins after that (see the de-duplication).
fn call_rank(call: &Call<'_>, failed: bool) -> i64 {
    let tokens = call.tokens.unwrap_or_default();
    let is_final = i64::from(!call.finish_reason.is_empty() || failed);
    let known = i64::from(call.tokens.is_some()) + tokens.buckets().iter().filter(|n| **n > 0).count() as i64;
    (is_final << 60) | (known << 50) | tokens.total_output().clamp(0, (1 << 50) - 1)
}

/// A representative size for a provider's context-window band.
fn band_size(window: &str) -> i64 {
    let above = window.contains('>') || window.starts_with("200k-");
    let thousands: String = window.chars().filter(char::is_ascii_digit).take(4).collect();
    match (above, thousands.parse::<i64>()) {
        (true, Ok(k)) => k.min(10_000) * 1000 + 1,
        _ => 0,
    }
}

fn number(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn text(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
        out.push(0x1f);
    }
}

fn describe(out: &mut Vec<u8>, d: &Dimensions<'_>) {
    text(out, &[&d.provider, &d.channel, &d.account, &d.model, &d.operation, &d.tier, &d.region, &d.environment]);
    text(out, &[&d.feature, &d.team, &d.project, &d.api_key, &d.workspace, &d.customer, &d.user]);
    text(out, &[&d.prompt_name, &d.prompt_version, &d.agent]);
}
