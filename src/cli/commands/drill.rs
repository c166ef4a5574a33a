//! `drill`: a loss and its recovery, rehearsed on a twin, held against a target.

use serde_json::json;

use crate::cli::args::{Drill as Args, Lose};
use crate::cli::exit::Exit;
use crate::cli::failure::Ended;
use crate::cli::junit::{self, Case};
use crate::cli::options::Options;
use crate::cli::progress::seconds;
use crate::cli::trials::{self, section};
use crate::cli::ui::Ui;
use crate::cli::{progress, sources, stream, virtual_time, workspace};
use crate::ops::{self, Drilled, Losses};
use crate::review::{Line, Tone, clean};

/// Of a longer list only so many lines are shown.
const MOST_LINES: usize = 20;

pub(in crate::cli) async fn run(args: Args, options: &Options, ui: &Ui) -> Ended {
    let author = workspace::author_with_state(options, ui)?;
    let (workspace, _) = author.workspace(options, &args.work)?;
    let losses = losses(&args);
    let reading = progress::reading(ui, ops::drill(&workspace, &losses, &args.override_limit));
    let drill = reading.await.map_err(|failure| author.stop(failure))?;
    let drilled = virtual_time::run(move || drill.run()).await?;
    let drilled = drilled.map_err(|failure| author.stop(failure))?;
    let in_time = args.target.is_none_or(|target| drilled.took <= target);
    if let Some(path) = &args.report {
        let document = junit::document(
            &format!("drill {}", author.configuration.stack),
            drilled.took,
            &cases(&drilled, &author.configuration.stack, &args),
        );
        sources::write_private(path, &document)?;
    }
    if ui.is_json() {
        tell_programs(ui, &drilled, &args);
    } else {
        tell(ui, &drilled, &args);
    }
    Ok(if drilled.is_success() && in_time { Exit::Done } else { Exit::Failed })
}

/// What the arguments mean.
fn losses(args: &Args) -> Losses {
    let mut losses = Losses { seed: args.seed, ..Losses::default() };
    for lose in &args.lose {
        match lose {
            Lose::All => losses.all = true,
            Lose::Kind(kind) => _ = losses.kinds.insert(kind.clone()),
            Lose::Provider(name) => _ = losses.providers.insert(name.clone()),
            Lose::Share(percent) => losses.share = Some(*percent),
            Lose::State => losses.state = true,
        }
    }
    losses
}

/// What was lost, in words.
fn what(drilled: &Drilled) -> String {
    let objects = match drilled.lost.len() {
        0 => None,
        1 => Some("1 object".to_owned()),
        count => Some(format!("{count} objects")),
    };
    let state = drilled.without_state.then(|| "the state".to_owned());
    objects.into_iter().chain(state).collect::<Vec<_>>().join(" and ")
}

/// Whether the target was met, in words; nothing without one.
fn against(drilled: &Drilled, args: &Args) -> String {
    match args.target {
        None => String::new(),
        Some(target) if drilled.took <= target => format!(", within the {} allowed", seconds(target)),
        Some(target) => {
            format!(", {} more than the {} allowed", seconds(drilled.took - target), seconds(target))
        }
    }
}

fn tell(ui: &Ui, drilled: &Drilled, args: &Args) {
    let look = ui.look();
    let in_time = args.target.is_none_or(|target| drilled.took <= target);
    let (tone, word) = match (drilled.is_success(), in_time) {
        (true, true) => (Tone::Good, "All came back"),
        (true, false) => (Tone::Bad, "All came back too late"),
        (false, _) => (Tone::Bad, "Not all came back"),
    };
    let (took, against) = (seconds(drilled.took), against(drilled, args));
    let head = Line::new().plain(format!("Lost on the twin: {}. ", what(drilled)));
    let head = head.with(tone, word).plain(format!(": after {took}{against}."));
    ui.print(&format!("{}\n", head.text(look)));
    if let Some((why, hint)) = &drilled.broken_off {
        ui.print(&section("The recovery broke off", &lines(&[why.as_str(), hint.as_str()]), look));
    }
    if let Some(found) = drilled.recovered {
        let mut text = vec![format!("{found} addresses have their objects again (`landbridge recover`)")];
        if !drilled.asked.is_empty() {
            let names: Vec<String> =
                drilled.asked.iter().map(|a| clean(&a.to_string())).take(MOST_LINES).collect();
            text.push(format!(
                "{} of them only you can tell apart; it was answered as recorded. On the day you need to know which is \
                 which: {}{}",
                drilled.asked.len(),
                names.join(", "),
                if names.len() < drilled.asked.len() { ", …" } else { "" }
            ));
        }
        ui.print(&section("The state", &text, look));
    }
    if let Some(tried) = &drilled.tried {
        let (done, all) = trials::done(tried);
        let took = seconds(tried.took);
        let text = format!("{done} of {all} steps done in {took} (`landbridge apply`)");
        ui.print(&section("The objects", &[text], look));
        ui.print(&trials::path(tried, look));
    }
    if !drilled.left.is_empty() {
        let count = drilled.left.len();
        let shown = drilled.left.iter().take(MOST_LINES);
        let mut left: Vec<String> =
            shown.map(|(address, why)| format!("{}: {}", clean(&address.to_string()), clean(why))).collect();
        if count > MOST_LINES {
            left.push(format!("and {} more", count - MOST_LINES));
        }
        ui.print(&section(&format!("Not recovered: {count}"), &left, look));
    }
    ui.print(&section("Calls", &trials::calls_lines(&drilled.calls), look));
    let reads = drilled.reads;
    ui.print(&format!(
        "\nNothing was changed: {reads} reading calls drew a twin of what is live, and all this happened there.\n"
    ));
}

/// Each paragraph's lines.
fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().flat_map(|text| text.lines()).filter(|line| !line.is_empty()).map(clean).collect()
}

fn tell_programs(ui: &Ui, drilled: &Drilled, args: &Args) {
    let in_time = args.target.is_none_or(|target| drilled.took <= target);
    let tried = drilled.tried.as_ref();
    let left: Vec<_> = drilled
        .left
        .iter()
        .map(|(address, why)| json!({ "address": address.to_string(), "why": why }))
        .collect();
    let rest = json!({ "drill": {
        "lost": drilled.lost.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "lost_state": drilled.without_state,
        "recovered": drilled.is_success(),
        "in_time": in_time,
        "seconds": trials::rounded(drilled.took),
        "target_seconds": args.target.map(trials::rounded),
        "found_again": drilled.recovered,
        "asked": drilled.asked.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "broken_off": drilled.broken_off.as_ref().map(|(why, _)| why),
        "failures": tried.map(trials::failures_json),
        "critical_path": tried.map(trials::path_json),
        "left": left,
        "calls": trials::calls_json(&drilled.calls),
        "reads": drilled.reads,
    } });
    let word = match (drilled.is_success(), in_time) {
        (true, true) => "All came back.",
        (true, false) => "All came back too late.",
        (false, _) => "Not all came back.",
    };
    ui.event(stream::report("drill", word, rest));
}

/// One case for the recovery and its time, and one for each object that was lost.
fn cases(drilled: &Drilled, stack: &str, args: &Args) -> Vec<Case> {
    let late = args.target.filter(|target| drilled.took > *target);
    let late = late.map(|_| format!("it took {}{}", seconds(drilled.took), against(drilled, args)));
    let broken_off = drilled.broken_off.as_ref().map(|(why, _)| why.clone());
    let name = match args.target {
        Some(target) => format!("recovery within {}", seconds(target)),
        None => "recovery".to_owned(),
    };
    let whole =
        Case { class: stack.to_owned(), name, took: drilled.took, failure: broken_off.clone().or(late) };
    // How long an address took: from when its first step began until its last one ended.
    let took = |address: &crate::resource::Address| {
        let tried = drilled.tried.as_ref()?;
        let steps = tried.course.steps.iter();
        let own = steps.filter(|(id, _)| tried.applied.plan.step(**id).address == *address);
        let spans: Vec<_> = own.map(|(_, span)| *span).collect();
        let (from, to) = (spans.iter().map(|span| span.0).min()?, spans.iter().map(|span| span.1).max()?);
        Some(to - from)
    };
    let left = drilled.left.keys().filter(|address| !drilled.lost.contains(address));
    let each = drilled.lost.iter().chain(left).map(|address| Case {
        class: address.kind().to_string(),
        name: address.to_string(),
        took: took(address).unwrap_or_default(),
        failure: drilled.left.get(address).cloned(),
    });
    std::iter::once(whole).chain(each).collect()
}
