//! The one way from the pages into the core: `call` and `cancel`.
//!
//! A request runs as a task of its own, so that a panic in it is an answer and not silence. Cancelling asks the work to
//! stop; a request that only reads is dropped at once as well, one that writes always ends by itself, so that "cancelled"
//! is never said of something that was kept.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outlay_app::replies::{ErrorReply, Progress};
use outlay_app::task::Task;
use outlay_app::{App, commands};
use serde_json::Value;
use tauri::State;
use tauri::ipc::Channel;
use tokio::sync::{Notify, OnceCell};

/// Commands that write: into the company file, or (`export`) into a file that the user named.
const WRITING: &[&str] = &[
    "ledger_open",
    "sample_open",
    "settings_set",
    "import",
    "import_undo",
    "user_prices",
    "alias_set",
    "names_set",
    "export",
    "source_set",
    "doctor",
    "forget",
    "backup",
    "restore",
];

/// The core, and what it is working on.
#[derive(Debug)]
pub struct Bridge {
    core: Arc<App>,
    first: Option<PathBuf>,
    opened: OnceCell<()>,
    start_fault: Mutex<Option<ErrorReply>>,
    running: Mutex<HashMap<u64, Running>>,
    warming: Mutex<Task>,
}

#[derive(Clone, Debug)]
struct Running {
    task: Task,
    dropped: Arc<Notify>,
}

impl Bridge {
    /// A bridge to `core`, which opens the company file `first` when it is first asked.
    #[must_use]
    pub fn new(core: App, first: Option<PathBuf>) -> Bridge {
        Bridge {
            core: Arc::new(core),
            first,
            opened: OnceCell::new(),
            start_fault: Mutex::default(),
            running: Mutex::default(),
            warming: Mutex::new(Task::silent()),
        }
    }

    /// Opens the first company file, once, and reads ahead what its first screens need.
    pub async fn open_first(&self) {
        self.opened.get_or_init(|| self.try_first()).await;
    }

    async fn try_first(&self) {
        let opened = match &self.first {
            Some(path) => self.core.open(path, true).await,
            None => self.core.open_last().await.map(drop),
        };
        let fault = opened.err();
        if fault.is_none() {
            self.warm();
        }
        *lock(&self.start_fault) = fault;
    }

    /// Answers what is open. Where the first company file could not be opened and none was since, that is tried again:
    /// whoever reads the page again, or retries, has to hear why, or to see it open.
    async fn answer_open(&self, id: u64, command: String, request: Value, task: Task) -> Result<Value, ErrorReply> {
        let answer = self.answer(id, command.clone(), request.clone(), task.clone()).await;
        let nothing_open = answer.as_ref().is_err_and(|error| error.code == "no_ledger");
        if !nothing_open || command != "ledger_info" || lock(&self.start_fault).is_none() {
            return answer;
        }
        self.try_first().await;
        let fault = lock(&self.start_fault).clone();
        match fault {
            Some(fault) => Err(fault),
            None => self.answer(id, command, request, task).await,
        }
    }

    /// Reads ahead, beside the requests, and no longer for a company file or data version that was left.
    fn warm(&self) {
        let task = Task::silent();
        std::mem::replace(&mut *lock(&self.warming), task.clone()).cancel();
        let core = Arc::clone(&self.core);
        // A screen that cannot be answered says so when it is asked.
        tauri::async_runtime::spawn(async move { core.warm(&task).await.ok() });
    }

    async fn answer(&self, id: u64, command: String, request: Value, task: Task) -> Result<Value, ErrorReply> {
        let dropped = Arc::new(Notify::new());
        lock(&self.running).insert(id, Running { task: task.clone(), dropped: Arc::clone(&dropped) });
        let writing = WRITING.contains(&command.as_str());
        let core = Arc::clone(&self.core);
        let mut work =
            tauri::async_runtime::spawn(async move { commands::dispatch(&core, &command, request, &task).await });
        let answer = tokio::select! {
            done = &mut work => {
                done.unwrap_or_else(|e| Err(ErrorReply::fault(format!("the request broke off: {e}"))))
            }
            () = dropped.notified(), if !writing => {
                work.abort();
                Err(ErrorReply::new("cancelled", "The request was cancelled.", ""))
            }
        };
        lock(&self.running).remove(&id);
        if writing && answer.is_ok() {
            self.warm();
        }
        answer
    }

    fn stop(&self, id: u64) {
        if let Some(running) = lock(&self.running).get(&id) {
            running.task.cancel();
            running.dropped.notify_one();
        }
    }
}

/// A poisoned map is still a map: no invariant spans it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers one command of [`commands::NAMES`]; progress goes through the channel while it runs.
///
/// # Errors
/// The command's own, as the window shows them.
#[tauri::command]
pub async fn call(
    bridge: State<'_, Bridge>,
    id: u64,
    command: String,
    request: Value,
    progress: Channel<Progress>,
) -> Result<Value, ErrorReply> {
    bridge.open_first().await;
    // A closed page hears no progress; the work itself goes on to its end.
    let task = Task::new(move |step| drop(progress.send(step)));
    bridge.answer_open(id, command, request, task).await
}

/// Asks a running request to stop; unknown ids have ended already.
#[tauri::command]
#[expect(clippy::needless_pass_by_value, reason = "Tauri hands state over by value")]
pub fn cancel(bridge: State<'_, Bridge>, id: u64) {
    bridge.stop(id);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_that_write_exist() {
        for name in WRITING {
            assert!(commands::NAMES.contains(name), "{name} is no command");
        }
    }

    #[tokio::test]
    async fn an_unknown_command_is_refused_and_leaves_nothing_running() {
        let bridge = Bridge::new(App::new(None), None);
        let answer = bridge.answer(1, "no_such".to_owned(), Value::Null, Task::silent()).await;
        assert_eq!(answer.map_err(|e| e.code), Err("bad_request".to_owned()));
        assert!(lock(&bridge.running).is_empty());
    }

    #[tokio::test]
    async fn a_company_file_that_does_not_open_says_so_every_time() {
        let nowhere = std::env::temp_dir().join(format!("outlay-bridge-{}", std::process::id()));
        std::fs::write(&nowhere, "no folder").expect("writes");
        let bridge = Bridge::new(App::new(None), Some(nowhere.clone()));
        bridge.open_first().await;
        for _ in 0..2 {
            let answer = bridge.answer_open(1, "ledger_info".to_owned(), serde_json::json!({}), Task::silent()).await;
            let error = answer.expect_err("nothing is open");
            assert_ne!(error.code, "no_ledger", "{error:?}");
        }
        std::fs::remove_file(&nowhere).expect("is there");
        // What was in the way is gone: the next one who asks sees it open.
        let answer = bridge.answer_open(2, "ledger_info".to_owned(), serde_json::json!({}), Task::silent()).await;
        assert!(answer.is_ok(), "{answer:?}");
        std::fs::remove_dir_all(nowhere).expect("is there");
    }

    #[tokio::test]
    async fn cancelling_an_ended_request_does_nothing() {
        let bridge = Bridge::new(App::new(None), None);
        bridge.stop(1);
        assert!(lock(&bridge.running).is_empty());
    }
}
