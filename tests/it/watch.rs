//! A watched folder: what appears comes in once it rests, and never twice.

use std::io::Write;

use outlay_app::replies::ImportRequest;
use outlay_app::task::Task;
use outlay_app::use_cases::Watch;
use serde_json::{Value, json};

use crate::cli::{code, run, stdout};
use crate::support::{Company, sample_data, temporary};

#[tokio::test]
async fn what_appears_comes_in_once_it_no_longer_grows() {
    let folder = temporary();
    let company = Company::new().await;
    let request =
        ImportRequest { paths: vec![folder.path().to_string_lossy().into_owned()], ..ImportRequest::default() };
    let mut watch = Watch::default();
    let look = async |watch: &mut Watch| {
        let reply = watch.look(&company.app, &request, &Task::silent()).await.unwrap();
        reply.map(|reply| (reply.rows, reply.imported))
    };
    assert_eq!(look(&mut watch).await, None, "an empty folder is waited for");

    let text = std::fs::read_to_string(sample_data().join("inhouse-eval/chat-assist.jsonl")).unwrap();
    let (first, rest) = text.split_at(text.match_indices('\n').nth(99).unwrap().0 + 1);
    let mut file = std::fs::File::create(folder.path().join("chat.jsonl")).unwrap();
    file.write_all(first.as_bytes()).unwrap();
    assert_eq!(look(&mut watch).await, None, "just seen");
    file.write_all(rest.as_bytes()).unwrap();
    assert_eq!(look(&mut watch).await, None, "it still grows");
    assert_eq!(look(&mut watch).await, Some((370, 366)));
    assert!(watch.rests());
    assert_eq!(look(&mut watch).await, None);

    // A copy of what was imported, and another process that watches the same folder, bring nothing.
    std::fs::write(folder.path().join("copy.jsonl"), &text).unwrap();
    let mut other = Watch::default();
    for watch in [&mut watch, &mut other] {
        assert_eq!(look(watch).await, None);
        assert_eq!(look(watch).await, None);
        assert!(watch.rests());
    }
    let imports = company.ask("imports", json!({})).await;
    assert_eq!(imports["imports"].as_array().unwrap().len(), 1);

    // A file that grows after it was imported is read again: what was there is there already.
    let mut another: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    another["trace_id"] = json!("one-more");
    file.write_all(format!("\n{another}\n").as_bytes()).unwrap();
    assert_eq!(look(&mut watch).await, None);
    assert_eq!(look(&mut watch).await.map(|(_, imported)| imported), Some(1));
}

#[test]
fn the_command_line_ends_once_everything_is_in() {
    let folder = temporary();
    let (watched, ledger) = (folder.path().join("exports"), folder.path().join("ledger"));
    std::fs::create_dir(&watched).unwrap();
    std::fs::copy(sample_data().join("inhouse-eval/chat-assist.jsonl"), watched.join("chat.jsonl")).unwrap();
    let watch = ["watch", watched.to_str().unwrap(), "--every", "1", "--once"];
    let out = run(&ledger, &watch);
    assert!(code(&out) == 0 && stdout(&out).starts_with("370 rows: 366 in, 0 already there, 4 refused"), "{out:?}");
    let again = run(&ledger, &watch);
    assert_eq!((code(&again), stdout(&again).as_str()), (0, ""));
}
