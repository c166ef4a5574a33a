//! The JSON stream: one object a line, in the manner of Terraform's (`ui` 1.3). Pure.
//!
//! Counts follow that stream's convention, so its readers work: a replacement counts once in `add`
//! and once in `remove`, an adoption is an `import`. Sensitive outputs carry no value here.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::plan::representation::TERRAFORM_VERSION;
use crate::plan::{Action, Plan, PlanMode, Shown, Step, StepAction};
use crate::resource::{Address, Fault};
use crate::review::Counts;
use crate::state::RecordedOutput;

/// The event with the time it is told.
pub(super) fn stamped(mut event: Json, time: Timestamp) -> Json {
    event["@timestamp"] = Json::from(format!("{time:.6}"));
    event
}

fn event(level: &str, kind: &str, message: &str, rest: Json) -> Json {
    let mut event = json!({"@level": level, "@message": message, "@module": "landbridge.ui", "type": kind});
    if let (Json::Object(event), Json::Object(rest)) = (&mut event, rest) {
        event.extend(rest);
    }
    event
}

/// The first line.
pub(super) fn version(simulated: bool) -> Json {
    let version = env!("CARGO_PKG_VERSION");
    let rest = json!({"landbridge": version, "simulated": simulated, "ui": "1.3"});
    event("info", "version", &format!("Landbridge {version}"), rest)
}

/// The event as Terraform itself would name its source, for readers that look for that.
pub(super) fn as_terraform(mut event: Json) -> Json {
    event["@module"] = json!("terraform.ui");
    if event["type"] == "version" {
        event["terraform"] = json!(TERRAFORM_VERSION);
    }
    event
}

/// Something worth telling that has no type of its own.
pub(super) fn log(message: &str) -> Json {
    event("info", "log", message, json!({}))
}

/// What a command that is not of Terraform's came to, by a name of its own.
pub(super) fn report(kind: &str, message: &str, rest: Json) -> Json {
    event("info", kind, message, rest)
}

/// What became of the objects of a rebuild.
pub(super) fn moved(objects: &Json) -> Json {
    let count = objects.as_array().map_or(0, Vec::len);
    event("info", "moved", &format!("{count} objects are others now"), json!({"moved": objects}))
}

/// What is to be changed in a file of the author.
pub(super) fn edit(file: &str, diff: &str) -> Json {
    event("info", "edit", &format!("{file} is to be changed"), json!({"file": file, "diff": diff}))
}

fn resource(address: &Address, provider_type: &str) -> Json {
    json!({
        "addr": address.to_string(),
        "module": "",
        "resource": address.to_string(),
        "implied_provider": provider_type,
        "resource_type": address.kind().as_str(),
        "resource_name": &*address.block.name,
        "resource_key": address.key.as_ref().map(|key| key.as_str()),
    })
}

fn action_word(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update | Action::Await => "update",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Delete => "delete",
        Action::Adopt => "import",
        Action::Forget => "remove",
        Action::Read => "read",
    }
}

/// What was left open, drift, changes and their counts. `provider_of` names the provider type of a kind.
pub(super) fn plan(plan: &Plan, provider_of: impl Fn(&Address) -> &'static str) -> Vec<Json> {
    let left_open = plan.left_open.iter().map(|leftover| {
        let message = format!("{}: Interrupted {}: {}", leftover.address, leftover.begun, leftover.evidence);
        let found = json!({
            "resource": resource(&leftover.address, provider_of(&leftover.address)),
            "action": leftover.begun,
            "evidence": leftover.evidence,
        });
        event("info", "interrupted", &message, json!({"leftover": found}))
    });
    let drift = plan.drift.iter().map(|drift| {
        let action = if drift.deleted { "delete" } else { "update" };
        let message = format!("{}: Drift detected ({action})", drift.address);
        let names: Vec<&str> = drift.differences.iter().map(|d| d.attribute.as_str()).collect();
        let mut change = json!({
            "resource": resource(&drift.address, provider_of(&drift.address)),
            "action": action,
            "attributes": names,
        });
        put_place(&mut change, drift.place.as_ref());
        event("info", "resource_drift", &message, json!({"change": change}))
    });
    let changes = plan.changes.iter().map(|change| {
        let action = action_word(change.action);
        let message = format!("{}: Plan to {action}", change.address);
        let mut told = json!({
            "resource": resource(&change.address, provider_of(&change.address)),
            "action": action,
            "reason": change.reason.code,
        });
        if let (Action::Adopt, Some(id)) = (change.action, &change.id) {
            told["importing"] = json!({"id": id});
        }
        put_place(&mut told, change.place.as_ref());
        event("info", "planned_change", &message, json!({"change": told}))
    });
    let outputs = (!plan.outputs.is_empty()).then(|| output_changes(plan));
    left_open.chain(drift).chain(changes).chain([summary(plan, "plan")]).chain(outputs).collect()
}

/// The line of YAML that asked for it.
fn put_place(told: &mut Json, place: Option<&Place>) {
    if let Some(place) = place {
        told["range"] = json!({
            "filename": &*place.file,
            "start": {"line": place.line, "column": place.column, "byte": place.start},
        });
    }
}

/// What will happen to the outputs, without their values.
fn output_changes(plan: &Plan) -> Json {
    let told: BTreeMap<&str, Json> = plan
        .outputs
        .iter()
        .map(|output| {
            let sensitive = output.before == Shown::Sensitive || output.after == Shown::Sensitive;
            let action = match (&output.before, &output.after) {
                (Shown::Absent, _) => "create",
                (_, Shown::Absent) => "delete",
                _ => "update",
            };
            (output.name.as_str(), json!({"sensitive": sensitive, "action": action}))
        })
        .collect();
    event("info", "outputs", &format!("Outputs: {}", told.len()), json!({"outputs": told}))
}

/// The counts; `operation` is `plan`, `apply` or `destroy`.
pub(super) fn summary(plan: &Plan, operation: &str) -> Json {
    let counts = Counts::of(plan);
    let changes = json!({
        "add": counts.create + counts.replace,
        "change": counts.update,
        "import": counts.adopt,
        "remove": counts.delete + counts.replace,
        "forget": counts.forget,
        "operation": operation,
    });
    let message = match operation {
        "plan" if plan.is_empty() => "No changes.".to_owned(),
        "plan" => format!("Plan: {}.", counts.sentence()),
        _ => format!("{} complete: {}.", operation_title(plan.mode), counts.sentence()),
    };
    event("info", "change_summary", &message, json!({"changes": changes}))
}

/// The operation's name at the beginning of a sentence.
pub(super) fn operation_title(mode: PlanMode) -> &'static str {
    match mode {
        PlanMode::Normal => "Apply",
        PlanMode::Destroy => "Destroy",
        PlanMode::RefreshOnly => "Refresh",
    }
}

fn step_word(action: &StepAction) -> &'static str {
    match action {
        StepAction::Create { .. } => "create",
        StepAction::Update { .. } | StepAction::Await { .. } => "update",
        StepAction::Delete { .. } => "delete",
        StepAction::Adopt { .. } => "import",
        StepAction::Read { .. } => "read",
        StepAction::Record { .. } | StepAction::Resolve { .. } => "noop",
        StepAction::Forget { .. } => "remove",
    }
}

/// A recorded object is read, or has been. One listing answers for many of them, so they begin and end
/// together.
pub(super) fn refresh(complete: bool, address: &Address, id: &str, provider_type: &str) -> Json {
    let (kind, said) = match complete {
        false => ("refresh_start", "Refreshing state..."),
        true => ("refresh_complete", "Refresh complete"),
    };
    let hook = json!({"resource": resource(address, provider_type), "id_key": "id", "id_value": id});
    event("info", kind, &format!("{address}: {said} [id={id}]"), json!({"hook": hook}))
}

fn hook(step: &Step, provider_type: &str, id: Option<&str>, elapsed: Option<Duration>) -> Json {
    let mut hook = json!({
        "resource": resource(&step.address, provider_type),
        "action": step_word(&step.action),
        "step": step.id.to_string(),
    });
    let known = match &step.action {
        StepAction::Update { id, .. } | StepAction::Delete { id, .. } | StepAction::Await { id } => {
            Some(id.as_str())
        }
        _ => id,
    };
    if let Some(id) = known {
        hook["id_key"] = json!("id");
        hook["id_value"] = json!(id);
    }
    if let Some(elapsed) = elapsed {
        hook["elapsed_seconds"] = json!(elapsed.as_secs());
    }
    hook
}

/// A step starts.
pub(super) fn apply_start(step: &Step, provider_type: &str) -> Json {
    let message = format!("{}: {} started", step.address, step.action.word());
    event("info", "apply_start", &message, json!({"hook": hook(step, provider_type, None, None)}))
}

/// A step is still running; every ten seconds.
pub(super) fn apply_progress(step: &Step, provider_type: &str, elapsed: Duration, status: &str) -> Json {
    let waits = if status.is_empty() { String::new() } else { format!(" ({status})") };
    let seconds = elapsed.as_secs();
    let message = format!("{}: Still at {}{waits} [{seconds}s elapsed]", step.address, step.action.word());
    event("info", "apply_progress", &message, json!({"hook": hook(step, provider_type, None, Some(elapsed))}))
}

/// A step is done.
pub(super) fn apply_complete(step: &Step, provider_type: &str, id: Option<&str>, took: Duration) -> Json {
    let message = format!("{}: {} done after {}s", step.address, step.action.word(), took.as_secs());
    event("info", "apply_complete", &message, json!({"hook": hook(step, provider_type, id, Some(took))}))
}

/// A step did not succeed.
pub(super) fn apply_errored(step: &Step, provider_type: &str, took: Duration) -> Json {
    let message =
        format!("{}: {} did not succeed after {}s", step.address, step.action.word(), took.as_secs());
    event("error", "apply_errored", &message, json!({"hook": hook(step, provider_type, None, Some(took))}))
}

/// The outputs.
pub(super) fn outputs(outputs: &BTreeMap<String, RecordedOutput>) -> Json {
    let told: BTreeMap<&str, Json> = outputs
        .iter()
        .map(|(name, output)| {
            let mut told = json!({"sensitive": output.sensitive});
            if !output.sensitive {
                told["value"] = Json::from(output.value.clone());
            }
            (name.as_str(), told)
        })
        .collect();
    event("info", "outputs", &format!("Outputs: {}", outputs.len()), json!({"outputs": told}))
}

/// A diagnostic; `line` is the text of the line it points at.
pub(super) fn diagnostic(diagnostic: &Diagnostic, line: Option<&str>) -> Json {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warn",
    };
    let mut told = json!({
        "severity": diagnostic.severity,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
    });
    if !diagnostic.hint.is_empty() {
        told["hint"] = json!(diagnostic.hint);
    }
    if let Some(address) = &diagnostic.address {
        told["address"] = json!(address.to_string());
    }
    if let Some(place) = &diagnostic.place {
        let length = place.end.saturating_sub(place.start);
        told["range"] = json!({
            "filename": &*place.file,
            "start": {"line": place.line, "column": place.column, "byte": place.start},
            "end": {"line": place.line, "column": place.column + length, "byte": place.end},
        });
        if let Some(line) = line {
            told["snippet"] = json!({
                "context": null,
                "code": line,
                "start_line": place.line,
                "highlight_start_offset": place.column.saturating_sub(1),
                "highlight_end_offset": place.column.saturating_sub(1) + length,
                "values": [],
            });
        }
    }
    let title = if diagnostic.severity == Severity::Error { "Error" } else { "Warning" };
    let message = format!("{title}: {}", diagnostic.summary);
    event(level, "diagnostic", &message, json!({"diagnostic": told}))
}

/// What the cloud said about a step, as a diagnostic.
pub(super) fn fault(step: &Step, place: Option<&Place>, fault: &Fault, summary: &str) -> Json {
    let detail =
        if fault.meaning.is_empty() { fault.to_string() } else { format!("{fault}. {}", fault.meaning) };
    let told = Diagnostic::error(summary, detail).hint(&*fault.advice).about(&step.address);
    diagnostic(&told.at(place.cloned()), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Change, Drift, OutputChange, Reason, ReasonCode, StepId};

    fn step() -> Step {
        Step {
            id: StepId(1),
            address: "vpcep_endpoint.shop[\"eu\"]".parse().unwrap(),
            provider: "shop".into(),
            action: StepAction::Await { id: "8d3c".into() },
            after: Vec::new(),
            keep: Default::default(),
            timeout_s: 600,
            completes: None,
        }
    }

    fn replaced() -> Plan {
        let change = Change {
            address: step().address,
            provider: "shop".into(),
            action: Action::DeleteThenCreate,
            reason: Reason { code: ReasonCode::CannotUpdate, text: String::new() },
            place: None,
            id: None,
            differences: Vec::new(),
            notes: Vec::new(),
            steps: vec![StepId(1)],
        };
        Plan { changes: vec![change], ..Plan::default() }
    }

    #[test]
    fn every_line_has_the_common_parts() {
        let secret = RecordedOutput { value: "CANARY".into(), sensitive: true };
        let mut events = vec![version(true), log("x"), outputs(&BTreeMap::from([("k".to_owned(), secret)]))];
        events.extend(plan(&replaced(), |_| "huaweicloud"));
        events.extend([
            apply_start(&step(), "huaweicloud"),
            apply_progress(&step(), "huaweicloud", Duration::from_secs(10), "creating"),
            apply_complete(&step(), "huaweicloud", None, Duration::from_secs(11)),
            apply_errored(&step(), "huaweicloud", Duration::from_secs(11)),
            fault(&step(), None, &Fault::message("no"), "Apply failed"),
        ]);
        for event in events {
            let event = stamped(event, Timestamp::UNIX_EPOCH);
            for key in ["@level", "@message", "@module", "@timestamp", "type"] {
                assert!(event[key].is_string(), "{key} in {event}");
            }
            assert!(!event.to_string().contains("CANARY") && !event.to_string().contains('\n'));
        }
    }

    #[test]
    fn a_replacement_is_one_change_and_counts_twice() {
        let told = plan(&replaced(), |_| "huaweicloud");
        assert_eq!(told[0]["change"]["action"], "replace");
        assert_eq!(told[0]["change"]["reason"], "cannot_update");
        assert_eq!(told[0]["change"]["resource"]["resource_key"], "eu");
        let changes = &told[1]["changes"];
        assert_eq!((&changes["add"], &changes["remove"]), (&json!(1), &json!(1)));
    }

    #[test]
    fn a_plan_tells_lines_outputs_and_what_moved() {
        let place = Place { file: "a.yaml".into(), start: 9, end: 10, line: 2, column: 1 };
        let mut plan = replaced();
        plan.changes[0].place = Some(place.clone());
        plan.drift.push(Drift {
            address: step().address,
            id: "8d3c".into(),
            place: Some(place),
            deleted: false,
            differences: Vec::new(),
            answer: Default::default(),
        });
        plan.outputs.push(OutputChange { name: "k".into(), before: Shown::Absent, after: Shown::Sensitive });
        let told = super::plan(&plan, |_| "huaweicloud");
        let kinds: Vec<&str> = told.iter().filter_map(|event| event["type"].as_str()).collect();
        assert_eq!(kinds, ["resource_drift", "planned_change", "change_summary", "outputs"]);
        assert_eq!(told[0]["change"]["range"]["start"]["line"], 2);
        assert_eq!(told[1]["change"]["range"]["filename"], "a.yaml");
        assert_eq!(told[3]["outputs"], json!({"k": {"sensitive": true, "action": "create"}}));
        let version = as_terraform(version(false));
        assert_eq!(
            (&version["@module"], &version["terraform"]),
            (&json!("terraform.ui"), &json!(TERRAFORM_VERSION))
        );
    }

    #[test]
    fn progress_names_object_and_status() {
        let told = apply_progress(&step(), "huaweicloud", Duration::from_secs(20), "creating");
        assert_eq!(told["hook"]["id_value"], "8d3c");
        assert_eq!(told["hook"]["elapsed_seconds"], 20);
        assert!(told["@message"].as_str().unwrap().ends_with("Still at await (creating) [20s elapsed]"));
    }
}
