//! `recover`: a lost state comes back, after the user has seen what and why.

use crate::cli::args::Recover as Args;
use crate::cli::confirm::confirm;
use crate::cli::exit::Exit;
use crate::cli::failure::{Ended, Stop, tell_diagnostics};
use crate::cli::options::Options;
use crate::cli::ui::Ui;
use crate::cli::{progress, stream, workspace};
use crate::ops::{self, Recovered, Recovery, Workspace};
use crate::plan::{Action, Answer, Answers};
use crate::provider::Transport;
use crate::resource::{Address, Object};
use crate::review::{Line, Review, Tone, changes, clean, wrap};

/// So many strays are shown; the others are counted.
const MOST_STRAYS: usize = 20;

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let mut author = workspace::author(options, ui)?;
    let mut answers = author.answers(args.answers.as_deref())?;
    let (workspace, way) = author.workspace(options, &args.work)?;
    let began = workspace.clock.now();
    let found = loop {
        let looked = progress::reading(ui, ops::recover(&workspace, answers.clone()));
        match looked.await.map_err(|failure| author.stop(failure))? {
            Recovery::Clear(found) => break *found,
            Recovery::Unclear { questions, told } => {
                if !ui.may_ask() {
                    return Err(Stop::Diagnostics(told, author.texts));
                }
                tell_diagnostics(ui, &told, &author.texts);
                for (addresses, choices) in questions {
                    ask(ui, &addresses, &choices, &mut answers)?;
                }
            }
        }
    };
    tell(ui, &found);
    let summary = summary(&found, &workspace, &way, began);
    if found.is_empty() {
        say(ui, "Nothing is to be recovered: every address has the object it is recorded with, or none.");
        return Ok(Exit::Done);
    }
    if args.dry_run {
        say(ui, &format!("{summary} Nothing was written."));
        return Ok(Exit::Done);
    }
    if !args.auto_approve {
        let otherwise =
            "look at what was found, then use --auto-approve; an answers file says what cannot be told";
        confirm(ui, "Take this into the record? Nothing in the cloud is changed.", otherwise)?;
    }
    let kept = ops::agree(&workspace, found).await.map_err(|failure| author.stop(failure))?;
    for file in kept {
        say(ui, &format!("What could not be used is kept as {file}."));
    }
    say(ui, &format!("{summary} `landbridge plan` shows what is left to do."));
    Ok(Exit::Done)
}

/// Asks for the object of each address.
fn ask(ui: &Ui, addresses: &[Address], choices: &[Object], answers: &mut Answers) -> Result<(), Stop> {
    let mut left: Vec<&Object> = choices.iter().collect();
    for address in addresses {
        let mut text = format!("\nWhich is {}?\n", clean(&address.to_string()));
        for (number, object) in left.iter().enumerate() {
            text.push_str(&format!("  {}  {}\n", number + 1, clean(&object.id)));
        }
        text.push_str("A number, or `none`: ");
        let said = ui.ask(&text).unwrap_or_default();
        let object = match said.as_str() {
            "none" => None,
            number => {
                let at = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
                let at = at.filter(|at| *at < left.len()).ok_or_else(|| {
                    Stop::refused(format!("`{number}` is none of the choices; nothing was written"), "")
                })?;
                Some(left.remove(at).id.clone())
            }
        };
        answers.0.insert(address.clone(), Answer { object, place: None });
    }
    Ok(())
}

fn say(ui: &Ui, text: &str) {
    if ui.is_json() {
        ui.event(stream::log(text));
    } else {
        ui.print(&format!("{text}\n"));
    }
}

/// What came back, how long it took and how many calls.
fn summary(found: &Recovered, workspace: &Workspace, way: &Transport, began: jiff::Timestamp) -> String {
    let back = found.found.len() + found.kept.len();
    let took = workspace.clock.now().duration_since(began).as_secs_f64();
    let calls: u64 = way.counts().values().sum();
    let all = back + found.missing.len();
    format!("{back} of {all} have their objects, after {took:.1} s and {calls} reading calls.")
}

/// Says what was found, and what was not.
fn tell(ui: &Ui, found: &Recovered) {
    for note in &found.notes {
        ui.warn(note);
    }
    let look = ui.look();
    let wide = found.found.iter().map(|(address, _)| address.to_string().len()).max().unwrap_or(0);
    for (address, adopted) in &found.found {
        let address = clean(&address.to_string());
        let (id, evidence) = (clean(&adopted.object.id), clean(&adopted.evidence));
        if ui.is_json() {
            say(ui, &format!("{address} is {id}: {evidence}"));
            continue;
        }
        let line = Line::new().with(Tone::Strong, format!("{address:<wide$}")).plain(format!("  {id}"));
        ui.print(&format!("{}\n", line.text(look)));
        for text in wrap(&evidence, look.width.saturating_sub(4)) {
            ui.print(&format!("{}\n", Line::indent(4).with(Tone::Faint, text).text(look)));
        }
    }
    if !found.kept.is_empty() {
        say(ui, &format!("{} kept the objects they are recorded with.", addresses(found.kept.len())));
    }
    for (address, id) in &found.gone {
        say(ui, &format!("{address} was recorded with {}, which is not there any more.", clean(id)));
    }
    for address in &found.missing {
        say(ui, &format!("{address} has no object: the next apply makes it."));
    }
    if !found.strays.is_empty() {
        let count = found.strays.len();
        say(
            ui,
            &format!("\nNo address has these {count}; they may be other stacks'. Nothing is done to them:"),
        );
        for stray in found.strays.iter().take(MOST_STRAYS) {
            let name =
                if stray.name.is_empty() { String::new() } else { format!("  {}", clean(&stray.name)) };
            say(ui, &format!("  {}  {}  through {}{name}", stray.kind, clean(&stray.id), stray.provider));
        }
        if count > MOST_STRAYS {
            say(ui, &format!("  and {} more", count - MOST_STRAYS));
        }
    }
    let mut plan = found.plan.clone();
    plan.changes.retain(|change| change.action != Action::Adopt && !found.missing.contains(&change.address));
    if !ui.is_json() && !plan.changes.is_empty() {
        let title = "What differs, and what the next apply does about it:";
        ui.print(&format!("\n{}", changes(&Review::of(&plan), title, look)));
    }
    say(ui, "");
}

fn addresses(count: usize) -> String {
    if count == 1 { "1 address".to_owned() } else { format!("{count} addresses") }
}
