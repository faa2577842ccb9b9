//! `outlay formats`

use outlay_app::replies::{ErrorReply, Nothing};
use outlay_app::task::Task;
use outlay_app::use_cases;
use outlay_model::view::{TableSpec, Unit};

use crate::context::{Answer, Context, Missing};
use crate::print::table::{column, item, table, text};

pub async fn run(context: &Context) -> Result<Answer, ErrorReply> {
    context.open(Missing::GoOn).await?;
    let reply = use_cases::formats(&context.app, Nothing {}, &Task::silent()).await?;
    if context.json {
        return context.as_json(&reply);
    }
    let spec = TableSpec {
        title: String::new(),
        columns: vec![
            column("id", "Format", Unit::Text),
            column("kind", "Gives", Unit::Text),
            column("title", "Title", Unit::Text),
            column("origin", "Where it comes from", Unit::Text),
            column("cannot_tell", "Cannot tell", Unit::Text),
        ],
        rows: reply
            .formats
            .iter()
            .map(|f| {
                let cannot = f.cannot_tell.join(", ");
                item(vec![text(&f.id), text(f.kind.title()), text(&f.title), text(&f.origin), text(&cannot)])
            })
            .collect(),
    };
    Ok(Answer::from(table(&spec, &context.look().await)))
}
