//! Asks one open company file many questions, for `cargo xtask bench`: `ask LEDGER`, then a line of
//! `{"command": …, "request": …}` each; answers with a line of `{"seconds": …, "reply": …}` each.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use outlay_app::App;
use outlay_app::commands::dispatch;
use outlay_app::replies::ErrorReply;
use outlay_app::task::Task;
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ledger = PathBuf::from(std::env::args().nth(1).ok_or("ask LEDGER")?);
    let app = App::new(None);
    app.open(&ledger, false).await?;
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        let command = asked["command"].as_str().ok_or("no command")?;
        let start = Instant::now();
        let reply: Result<Value, ErrorReply> = dispatch(&app, command, asked["request"].clone(), &Task::silent()).await;
        let seconds = start.elapsed().as_secs_f64();
        writeln!(std::io::stdout(), "{}", json!({ "seconds": seconds, "reply": reply? }))?;
    }
    Ok(())
}
