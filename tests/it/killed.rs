//! An import that is killed, anywhere: what was committed stays whole, and the next import works and leaves nothing behind.
//!
//! The program is stopped every fraction of a millisecond and looked at from outside, by the files it has made and has
//! open, until it is where it shall die. `OUTLAY_KILLS` says how often; `cargo xtask torture` asks for a thousand.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli::outlay;
use crate::support::{Company, files_below, finish, same, sample_data, say, temporary, timeless};

/// Where an import dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// It has not begun to write.
    Starting,
    Parsing,
    Spilling,
    /// It reads what is there already, to merge with it.
    Merging,
    /// A file is under construction.
    BeforeRename,
    /// Files have their names, and no data version knows them.
    BeforeCommit,
    AfterCommit,
}

const AIMED: [Phase; 5] = [Phase::Parsing, Phase::Spilling, Phase::Merging, Phase::BeforeRename, Phase::BeforeCommit];

/// A ledger to die on, the file that is imported, and the answers before and after.
struct Stage {
    ledger: PathBuf,
    files: BTreeSet<PathBuf>,
    version: i64,
    new: PathBuf,
    before: Value,
    after: Value,
    /// How long an import takes that nobody stops.
    takes: Duration,
}

async fn answers(root: &Path) -> (i64, Value) {
    let company = Company::at(root, false).await;
    let filter = json!({ "month": "2026-10" });
    let asked = [
        company.ask("overview", json!({ "filter": filter })).await,
        company.ask("hotspots", json!({ "filter": filter, "by": ["feature", "model"] })).await,
        company.ask("calls", json!({ "filter": filter, "limit": 50 })).await,
    ];
    let version = company.ask("ledger_info", json!({})).await["data_version"].as_i64().unwrap();
    (version, timeless(json!(asked)))
}

/// Files that the doctor finds at fault, or left behind.
async fn findings(root: &Path) -> Vec<String> {
    let company = Company::at(root, false).await;
    let reply = company.ask("doctor", json!({ "path": root })).await;
    reply["findings"].as_array().unwrap().iter().map(|f| f["part"].as_str().unwrap().to_owned()).collect()
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).unwrap();
    assert!(Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap().success());
}

fn import(root: &Path, file: &Path) -> Child {
    let mut command = Command::new(outlay());
    command.arg("--ledger").arg(root).args(["import", "--rows-in-memory", "0"]).arg(file);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A shell that sends signals, as the standard library sends but one.
struct Signals {
    shell: Child,
    orders: ChildStdin,
}

impl Signals {
    fn new() -> Signals {
        let mut shell = Command::new("sh").stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let orders = shell.stdin.take().unwrap();
        Signals { shell, orders }
    }

    /// Stops a process and waits until it stands still; whether it still is one.
    fn stop(&mut self, pid: u32) -> bool {
        writeln!(self.orders, "kill -STOP {pid}").unwrap();
        loop {
            match state(pid) {
                Some('T') => return true,
                Some('Z') | None => return false,
                _ => std::hint::spin_loop(),
            }
        }
    }

    fn go_on(&mut self, pid: u32) {
        writeln!(self.orders, "kill -CONT {pid}").unwrap();
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let _ = writeln!(self.orders, "exit");
        let _ = self.shell.wait();
    }
}

impl Stage {
    /// One month's calls in part, with a bill, and then a file that overlaps it.
    fn set(folder: &Path) -> Stage {
        let packed = sample_data().join("trace-jsonl/gateway-2026-10.jsonl.gz");
        let out = Command::new("gzip").arg("-dc").arg(packed).output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let (old, new) = (folder.join("old.jsonl"), folder.join("new.jsonl"));
        std::fs::write(&old, lines[..1500].join("\n")).unwrap();
        std::fs::write(&new, lines[1000..3000].join("\n")).unwrap();
        let bill = sample_data().join("openai-cost-csv/cost_2026-10-01_2026-10-31.csv");
        let ledger = folder.join("ledger");
        let done = folder.join("done");
        let paths = vec![old, bill];
        let root = ledger.clone();
        let (version, before) = finish(async move {
            let company = Company::at(&root, true).await;
            company.salted().await;
            company.import(&paths).await;
            answers(&root).await
        });
        // Whoever lets go of a catalogue last puts its log into it and removes it, after the answer.
        let until = Instant::now() + Duration::from_secs(20);
        while ledger.join("outlay.db-wal").exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        copy(&ledger, &done);
        let start = Instant::now();
        assert!(import(&done, &new).wait().unwrap().success());
        let takes = start.elapsed();
        let root = done.clone();
        let (after_version, after) = finish(async move { answers(&root).await });
        assert!(after_version > version && after != before, "the second import changes nothing");
        let files = files_below(&ledger.join("data")).into_iter().collect();
        Stage { ledger, files, version, new, before, after, takes }
    }

    /// Where a stopped import is.
    fn phase(&self, pid: u32, root: &Path) -> Phase {
        let scratch = root.join("scratch");
        let Ok(entries) = std::fs::read_dir(scratch.join("import-2")) else { return Phase::Starting };
        let names: Vec<String> = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        if names.iter().any(|name| name.contains("under-construction")) {
            return Phase::BeforeRename;
        }
        let added = |folder: &str| {
            let month = root.join("data").join(folder).join("month=2026-10");
            let known = |name: &Path| self.files.contains(&Path::new(folder).join("month=2026-10").join(name));
            std::fs::read_dir(month).into_iter().flatten().flatten().any(|e| !known(Path::new(&e.file_name())))
        };
        if ["calls", "calls-aside", "rollup-a", "scores"].iter().any(|folder| added(folder)) {
            return Phase::BeforeCommit;
        }
        let open = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let data = root.join("data");
        if open.filter_map(|fd| std::fs::read_link(fd.path()).ok()).any(|to| to.starts_with(&data)) {
            return Phase::Merging;
        }
        if names.iter().any(|name| name.ends_with(".spill")) { Phase::Spilling } else { Phase::Parsing }
    }

    /// Kills an import in a phase, after it was seen there `more` times more; where it died, as far as that is seen.
    fn kill_in(&self, signals: &mut Signals, aim: Phase, mut more: usize, root: &Path) -> Phase {
        let mut child = import(root, &self.new);
        let pid = child.id();
        while signals.stop(pid) {
            let now = self.phase(pid, root);
            if now > aim || (now == aim && more == 0) {
                child.kill().unwrap();
                child.wait().unwrap();
                return now;
            }
            more -= usize::from(now == aim);
            signals.go_on(pid);
            std::thread::sleep(Duration::from_micros(if now == Phase::Starting { 1500 } else { 200 }));
        }
        child.wait().unwrap();
        Phase::AfterCommit
    }

    /// Kills an import after a time.
    fn kill_after(&self, signals: &mut Signals, time: Duration, root: &Path) -> Phase {
        let mut child = import(root, &self.new);
        std::thread::sleep(time);
        let now = if signals.stop(child.id()) { self.phase(child.id(), root) } else { Phase::AfterCommit };
        child.kill().unwrap();
        child.wait().unwrap();
        now
    }

    /// What must hold after a death, and after the next import.
    async fn check(&self, root: &Path, died: Phase) -> Phase {
        let (version, now) = answers(root).await;
        let committed = version > self.version;
        same(&now, if committed { &self.after } else { &self.before }, &format!("after a death in {died:?}"));
        let found = findings(root).await;
        assert!(found.iter().all(|part| part == "left_behind"), "{died:?}: {found:?}");
        let company = Company::at(root, false).await;
        let again = company.import(std::slice::from_ref(&self.new)).await;
        let [imported, duplicate] = ["imported", "duplicate"].map(|k| again[k].as_u64().unwrap());
        assert_eq!((imported, duplicate), if committed { (0, 2000) } else { (1500, 500) }, "{died:?}");
        same(&answers(root).await.1, &self.after, &format!("the import after a death in {died:?}"));
        assert_eq!(findings(root).await, [""; 0], "left by a death in {died:?}");
        if committed { Phase::AfterCommit } else { died }
    }
}

/// How Linux has a process: R(unning), S(leeping), T (stopped).
fn state(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit(')').next()?.trim_start().chars().next()
}

#[test]
fn a_killed_import_loses_nothing_and_leaves_nothing() {
    let kills: usize = std::env::var("OUTLAY_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(50);
    let folder = temporary();
    let stage = Stage::set(folder.path());
    let (next, died) = (AtomicUsize::new(0), Mutex::new(BTreeMap::<Phase, usize>::new()));
    let work = |worker: usize| {
        let root = folder.path().join(format!("worker-{worker}"));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut signals = Signals::new();
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            if at >= kills {
                break;
            }
            copy(&stage.ledger, &root);
            // Four of five are aimed, each a little later within its phase; the rest fall anywhere.
            let phase = match at % 5 {
                4 => {
                    let share = (at as f64 * 0.618_033_988_749).fract();
                    stage.kill_after(&mut signals, stage.takes.mul_f64(1.2 * share), &root)
                }
                _ => {
                    let aimed = at - at / 5;
                    stage.kill_in(&mut signals, AIMED[aimed % AIMED.len()], aimed / AIMED.len() % 7, &root)
                }
            };
            let phase = runtime.block_on(stage.check(&root, phase));
            *died.lock().unwrap().entry(phase).or_default() += 1;
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|worker| scope.spawn(move || work(worker))).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    });
    let died = died.into_inner().unwrap();
    say(&format!("{kills} imports killed: {died:?}"));
    for phase in AIMED {
        assert!(died.contains_key(&phase), "nobody died in {phase:?}: {died:?}");
    }
}
