//! The calls of a step: each between its intent and its outcome on disk, repeated only where that is
//! safe, and looked for where its answer is missing.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

use super::waiting::Told;
use super::{Doing, unrecorded};
use crate::apply::look::{Found, OpenCreation, Opened, look_for};
use crate::plan::{Event, StepAction, StepEnd};
use crate::planted::{self, Bug};
use crate::provider::{self, Call, Class, Effect, Read, Write, WriteFault};
use crate::resource::{Attributes, Fault, Object, hex};
use crate::state::{Begun, Entry, Origin, Outcome, Seq, crash};

/// How often a call that may be repeated is repeated when no answer comes.
const REPEATS: usize = 4;

/// What follows a call.
enum Next {
    Done(Option<Object>),
    End(StepEnd),
    Again(Fault),
    Look(Fault),
}

/// A step's turn among those whose writes must not overlap with its own.
struct Turn {
    lane: Option<Arc<Mutex<()>>>,
    held: Option<OwnedMutexGuard<()>>,
}

impl Doing<'_> {
    /// All calls of an effect, each journalled; gives the object as the last answer showed it.
    pub(super) async fn perform(&self, effect: &Effect, before: Option<Object>) -> Result<Told, StepEnd> {
        let kind = &self.schema.kind;
        let calls = provider::calls(kind, effect);
        let mut object = before;
        // What no answer shows is as recorded until its call has succeeded, and then as wanted.
        let later: Vec<&str> = calls.iter().filter_map(|call| call.sets.as_deref()).collect();
        if let Some(object) = &mut object {
            object.attributes.retain(|name| !later.contains(&name));
        }

        let mut fresh = false;
        let mut turn = Turn { lane: self.lane_of(effect).map(|lane| self.worker.lane(lane)), held: None };
        // What a call left behind, once it was waited for.
        let mut seen: Option<Object> = None;
        for index in 0..calls.len() {
            let (call, rest) = (&calls[index], &calls[index + 1..]);
            if seen.take().is_some_and(|seen| provider::shows(kind, call, &seen) == Some(true)) {
                continue;
            }
            self.take(&mut turn).await;
            let reply = self.one_call(effect, &calls, index, object.as_ref(), &mut turn).await?;
            fresh = reply.is_some();
            object = reply.or(object);
            // A new object takes no more calls before it is there. Nobody else waits for that.
            if call.makes
                && !rest.is_empty()
                && let Some(made) = object.take()
            {
                turn.held = None;
                object = Some(self.settled(Told { object: made, fresh }, rest).await?);
            } else if provider::outlasts(kind, call)
                && (!rest.is_empty() || matches!(effect, Effect::Delete { .. }))
                && let Some(id) = object.as_ref().map(|object| object.id.clone())
            {
                turn.held = None;
                seen = self.rested(&id, call).await?;
            }
        }
        match object {
            Some(object) => Ok(Told { object, fresh }),
            None => Err(StepEnd::Failed(Fault::message(
                "the cloud answered without an object; please report this",
            ))),
        }
    }

    /// Waits for the turn, unless it is held. The step's time does not run meanwhile: others use it.
    async fn take(&self, turn: &mut Turn) {
        if let (Some(lane), None) = (&turn.lane, &turn.held) {
            let since = Instant::now();
            turn.held = Some(lane.clone().lock_owned().await);
            self.prolong(since.elapsed());
        }
    }

    /// What must not overlap with this effect. Creations with one intent are serial too, so that
    /// after a lost answer at most one object can be the answer.
    fn lane_of(&self, effect: &Effect) -> Option<String> {
        if let Some(lane) = provider::lane(&self.schema.kind, effect) {
            // Two blocks may lead to one account.
            let place = &self.binding.identity;
            return Some(format!("{} {} {} {lane}", place.account, place.project, place.region));
        }
        match effect {
            Effect::Create { want } => {
                let asked = provider::asked(&self.schema.kind, want);
                let asked = serde_json::to_string(&asked).unwrap_or_default();
                Some(format!("{} {} {asked}", self.step().provider, self.schema.kind))
            }
            Effect::Update { .. } | Effect::Delete { .. } => None,
        }
    }

    /// One call, repeated only where that is safe.
    async fn one_call(
        &self,
        effect: &Effect,
        calls: &[Call],
        index: usize,
        object: Option<&Object>,
        turn: &mut Turn,
    ) -> Result<Option<Object>, StepEnd> {
        let plain =
            &self.tokened(object.map_or_else(|| calls[index].clone(), |o| calls[index].for_object(&o.id)));
        let (of, rest) = (calls.len(), &calls[index + 1..]);
        let mut pause = Duration::from_secs(1);
        let mut unanswered = 0;
        loop {
            let slot = self.worker.slots.acquire().await;
            let begun_at = self.now();
            let (call, mark) = &self.marked(plain, begun_at);
            let creation = match effect {
                Effect::Create { want } if call.makes => {
                    Some(self.worker.claims.open(self.opening(want, mark.as_deref(), begun_at)))
                }
                _ => None,
            };
            let begun = Begun {
                address: self.step().address.clone(),
                effect: effect.clone(),
                call: call.clone(),
                index,
                of,
                binding: self.binding.clone(),
                deposed: matches!(self.step().action, StepAction::Delete { deposed: true, .. }),
                at: begun_at,
                mark: mark.clone(),
            };
            let ticket = self.worker.session.begin(begun).await.map_err(|e| unrecorded(&e))?;
            let seq = ticket.seq();
            crash::point("request", "before_send");
            let result = self.cloud.perform(&ticket, &self.schema.kind, call).await;
            crash::point("request", "answered");
            drop(slot);
            let (outcome, next) = match result {
                Ok(reply) => {
                    let told = reply.object.map(|o| self.normal(o));
                    (self.made(effect, told.clone().or_else(|| object.cloned()), rest), Next::Done(told))
                }
                Err(WriteFault::Refused(Class::State, fault)) if provider::is_passing(&fault.code) => {
                    (Outcome::Failed { fault: fault.clone() }, Next::Again(fault))
                }
                // It did not leave in time, so that it is begun anew.
                Err(WriteFault::Refused(Class::Throttle, fault)) if call.makes => {
                    (Outcome::Failed { fault: fault.clone() }, Next::Again(fault))
                }
                Err(WriteFault::Refused(_, fault)) => {
                    (Outcome::Failed { fault: fault.clone() }, Next::End(StepEnd::Failed(fault)))
                }
                Err(WriteFault::Unchangeable(attribute, fault)) => {
                    let outcome =
                        Outcome::Unchangeable { attribute: attribute.to_owned(), fault: fault.clone() };
                    let fault =
                        Fault { advice: "plan again: the next plan replaces the object".to_owned(), ..fault };
                    (outcome, Next::End(StepEnd::Failed(fault)))
                }
                Err(WriteFault::Unanswered(fault)) if planted::is(Bug::LostAnswerIsRefusal) => {
                    (Outcome::Failed { fault: fault.clone() }, Next::End(StepEnd::Failed(fault)))
                }
                Err(WriteFault::Unanswered(fault)) => {
                    (Outcome::Uncertain { fault: fault.clone() }, Next::Look(fault))
                }
            };
            self.worker.session.end(ticket, outcome, self.now()).await.map_err(|e| unrecorded(&e))?;
            let looked = match (&next, &creation) {
                (Next::Look(fault), Some(creation)) => {
                    Some(self.look(creation, seq, rest, fault.clone()).await?)
                }
                _ => None,
            };
            creation.into_iter().for_each(Opened::close);
            let is_refused = matches!(next, Next::Again(_));
            let fault = match (next, looked) {
                (_, Some(Some(object))) => return Ok(Some(object)),
                (Next::Done(object), _) => return Ok(object),
                (Next::End(end), _) => return Err(end),
                (Next::Again(fault), _) => fault,
                (Next::Look(fault), looked) => {
                    // Of a creation it is known by now that nothing was made.
                    let is_known = looked.is_some();
                    unanswered += 1;
                    if unanswered > REPEATS {
                        return Err(match is_known {
                            true => StepEnd::Failed(fault),
                            false => StepEnd::Uncertain(fault),
                        });
                    }
                    if !is_known {
                        let evidence = "the call has the same effect when it is repeated".to_owned();
                        self.worker.record(Entry::Resolved { begun: seq, evidence }).await?;
                    }
                    fault
                }
            };
            if Instant::now() + pause > self.deadline() {
                let overdue = self.overdue(fault.message.trim_end_matches('.').to_owned());
                let advice = if fault.advice.is_empty() { overdue.advice } else { fault.advice };
                return Err(StepEnd::Failed(Fault { message: overdue.message, advice, ..fault }));
            }
            self.tell(Event::Retrying { step: self.step().id, after: pause, fault });
            // Nothing has happened, so that others may have their turn meanwhile.
            if is_refused {
                turn.held = None;
            }
            self.worker.clock.sleep(pause).await;
            self.take(turn).await;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
    }

    /// A creation as nobody knows its object yet.
    fn opening(&self, want: &Attributes, mark: Option<&str>, since: Timestamp) -> OpenCreation {
        OpenCreation {
            provider: self.step().provider.clone(),
            kind: self.schema.kind.clone(),
            want: provider::asked(&self.schema.kind, want),
            mark: mark.map(str::to_owned),
            since,
        }
    }

    /// The call with the mark of its intent, where the provider block marks what it makes.
    fn marked(&self, call: &Call, at: Timestamp) -> (Call, Option<String>) {
        if !call.makes || !self.worker.marking.contains(&self.step().provider) {
            return (call.clone(), None);
        }
        // Of this state, this address and this moment: no other intent has it.
        let mark = self.own_word("", at);
        match provider::marked(&self.schema.kind, call, &mark) {
            Some(call) => (call, Some(mark)),
            None => (call.clone(), None),
        }
    }

    /// The call with a client token, where the API takes one: the same for every repeat of it, also by
    /// a run that goes on after this one was cut off.
    fn tokened(&self, call: Call) -> Call {
        let earlier = self.worker.tokens.of(&self.step().address, &call).map(str::to_owned);
        // A step may have several calls of one operation at one moment: each member that joins a list.
        let body = call.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let purpose = format!("{} {} {body}", call.operation, call.path);
        let token = earlier.unwrap_or_else(|| self.own_word(&purpose, self.now()));
        provider::tokened(&self.schema.kind, &call, &token).unwrap_or(call)
    }

    /// 32 hexadecimal digits that are of this state, this address, this purpose and this moment.
    fn own_word(&self, purpose: &str, at: Timestamp) -> String {
        let lineage = self.worker.session.with(|r| r.revision.lineage.clone()).unwrap_or_default();
        let text = format!("{lineage} {} {purpose}{at}", self.step().address);
        hex(&Sha256::digest(text.as_bytes())[..16])
    }

    /// What an answered call came to, where `rest` is still to be done.
    fn made(&self, effect: &Effect, object: Option<Object>, rest: &[Call]) -> Outcome {
        match (effect, object) {
            // What exists with its parent does not go; it is no longer ours.
            (Effect::Delete { .. }, _) => Outcome::Gone { settling: !rest.is_empty() || !self.schema.adopts },
            (_, Some(object)) => {
                self.worker.claims.claim(&object.id);
                Outcome::Made { object: self.as_recorded(object, rest), settling: true }
            }
            (_, None) => Outcome::Failed { fault: Fault::message("the answer held no object") },
        }
    }

    /// Looks for what an unanswered creation may have made. `None`: nothing happened.
    async fn look(
        &self,
        creation: &Opened<'_>,
        seq: Seq,
        rest: &[Call],
        fault: Fault,
    ) -> Result<Option<Object>, StepEnd> {
        self.tell(Event::Waiting { step: self.step().id, status: "no answer; looking for it".into() });
        let worker = self.worker;
        let found = look_for(&self.cloud, self.schema, creation, worker.settle, &worker.clock).await;
        match found {
            Found::Made(object) => {
                // Listings lack some attributes.
                let whole = self.cloud.get(&self.schema.kind, &object.id).await.ok().flatten();
                let object = self.as_recorded(whole.map_or(object, |whole| self.normal(whole)), rest);
                let entry = Entry::Adopted {
                    address: self.step().address.clone(),
                    object: object.clone(),
                    binding: Box::new(self.binding.clone()),
                    origin: Origin::Made,
                    settling: true,
                    resolves: Some(seq),
                };
                worker.record(entry).await?;
                Ok(Some(object))
            }
            Found::Nothing => {
                let evidence = "no matching object shows in the listing, and by now it would".to_owned();
                worker.record(Entry::Resolved { begun: seq, evidence }).await?;
                Ok(None)
            }
            Found::Unclear(why) => Err(StepEnd::Uncertain(Fault {
                message: format!("{}; {}", fault.message.trim_end_matches('.'), why.message),
                ..fault
            })),
        }
    }
}
