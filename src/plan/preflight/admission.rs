//! Who connects to what another account owns must be admitted by the list beside it: by what the
//! plan makes of that list, and by what others have put there.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::scene::{Changed, Named, Scene};
use super::targets::connecting;
use crate::diagnostic::{Diagnostic, Severity};
use crate::diff::Need;
use crate::expr::Worth;
use crate::plan::walk::Item;
use crate::refresh::{Ask, AskWhat};
use crate::resource::{Address, Admits, ProviderName, Target, Value};

/// The list beside a target, as far as this stack has it.
struct List<'a> {
    /// The block through which its owner is asked.
    owner: Option<&'a ProviderName>,
    /// The owner's account, where it is known.
    account: Option<&'a str>,
    /// The resources that stand for it.
    resources: Vec<&'a Address>,
    /// What names its members once the plan is done; none where that is not known yet.
    then: Option<BTreeSet<String>>,
    /// Those that the plan takes out.
    leaving: BTreeSet<String>,
    /// Whether members that others have put there stay.
    shared: bool,
    /// The object that holds it, if it is there already.
    id: Option<&'a str>,
}

impl<'a> List<'a> {
    /// The list of what is named; `beside` are the resources that stand for it.
    fn of(scene: &Scene<'a>, named: Named<'a>, beside: &[(&'a Address, &'a Item)]) -> List<'a> {
        let (owner, id) = match named {
            Named::Own(address) => {
                let item = scene.item(address);
                let stays = item.filter(|item| item.delta.need != Need::Replace);
                (item.map(|item| &item.provider), stays.and_then(|item| item.delta.id.as_deref()))
            }
            Named::Other(id) => (None, Some(id)),
        };
        let mut list = List {
            owner,
            account: None,
            resources: Vec::new(),
            then: Some(BTreeSet::new()),
            leaving: BTreeSet::new(),
            shared: true,
            id,
        };
        for &(address, item) in beside {
            list.owner = list.owner.or(Some(&item.provider));
            list.resources.push(address);
            let owner = list.owner.and_then(|owner| scene.identity(owner));
            if scene.identity(&item.provider) == owner {
                list.take(scene, address, item);
            } else {
                // It goes through another account, which is told of itself.
                list.then = None;
            }
        }
        list.account = list.owner.and_then(|owner| scene.identity(owner)).map(|owner| owner.account.as_str());
        list
    }

    fn take(&mut self, scene: &Scene<'a>, address: &Address, item: &Item) {
        let Some(rule) = scene.on.catalog.schema(&address.block).members() else { return };
        let names = |set: Option<&Value>| -> BTreeSet<String> {
            rule.by_name(set).into_keys().map(str::to_owned).collect()
        };
        let have = names(item.delta.have.get(rule.attribute.name));
        if !scene.selected.has(address) || matches!(item.delta.need, Need::Delete | Need::Forget) {
            let stays = item.delta.need != Need::Delete || !scene.selected.has(address);
            if stays {
                self.then.get_or_insert_default().extend(have);
            } else {
                self.leaving.extend(have);
            }
            return;
        }
        self.shared &= !rule.is_exclusive(&crate::diff::known(&item.delta.want));
        match item.delta.want.get(rule.attribute.name).map(|input| &input.worth) {
            Some(Worth::Known(value)) => {
                let want = names(Some(value));
                self.leaving.extend(have.difference(&want).cloned());
                if let Some(then) = &mut self.then {
                    then.extend(want);
                }
            }
            Some(Worth::Deferred(_)) => self.then = None,
            None => {}
        }
    }

    /// The question for what others have put on the list.
    fn question(&self, scene: &Scene<'_>, target: &Target) -> Option<Ask> {
        let id = self.id.filter(|_| self.shared)?;
        scene.ask(self.owner?, target.admission.kind, AskWhat::One(id.to_owned()))
    }
}

fn admitted<'m>(target: &Target, account: &str, members: impl IntoIterator<Item = &'m String>) -> Admits {
    let mut admitted = Admits::No;
    for member in members {
        match (target.admission.admits)(member, account) {
            Admits::Yes => return Admits::Yes,
            Admits::Unseen => admitted = Admits::Unseen,
            Admits::No => {}
        }
    }
    admitted
}

/// The resources that stand for lists, by what they are about.
type Beside<'a> = BTreeMap<Named<'a>, Vec<(&'a Address, &'a Item)>>;

fn beside<'a>(scene: &Scene<'a>, target: &'a Target) -> Beside<'a> {
    let mut all = Beside::new();
    for (address, item) in scene.of_kind(target.admission.kind) {
        if let Some(named) = scene.named(item, target.admission.theirs, target.kind) {
            all.entry(named).or_default().push((address, item));
        }
    }
    all
}

/// Somebody who needs to be admitted.
struct Open<'s, 'a> {
    changed: &'s Changed<'a>,
    target: &'a Target,
    named: Named<'a>,
    list: Rc<List<'a>>,
    account: &'a str,
    admitted: Admits,
}

/// Those that need to be admitted and are not by what this stack says; and whose list that is. A list is
/// looked at once, however many connect to what it stands beside.
fn open<'s, 'a>(scene: &'s Scene<'a>) -> Vec<Open<'s, 'a>> {
    let mut all: BTreeMap<&str, Beside<'a>> = BTreeMap::new();
    let mut lists: BTreeMap<(&str, Named<'a>), Rc<List<'a>>> = BTreeMap::new();
    let mut found = Vec::new();
    for (changed, target, named) in connecting(scene) {
        let Some(identity) = scene.identity(&changed.item.provider) else { continue };
        let account = identity.account.as_str();
        let list = lists.entry((target.kind, named)).or_insert_with(|| {
            let all = all.entry(target.kind).or_insert_with(|| beside(scene, target));
            Rc::new(List::of(scene, named, all.get(&named).map(Vec::as_slice).unwrap_or_default()))
        });
        let Some(then) = list.then.as_ref().filter(|_| list.account != Some(account)) else { continue };
        let admitted = admitted(target, account, then);
        if admitted != Admits::Yes {
            found.push(Open { changed, target, named, list: list.clone(), account, admitted });
        }
    }
    found
}

pub(super) fn asks(scene: &Scene<'_>, asks: &mut BTreeSet<Ask>) {
    for one in open(scene) {
        asks.extend(one.list.question(scene, one.target));
    }
}

pub(super) fn find(scene: &Scene<'_>, found: &mut Vec<Diagnostic>, unseen: &mut Vec<String>) {
    // By target and account: who the owner's list may admit or not.
    let mut untold: BTreeMap<(String, &str), Vec<&Address>> = BTreeMap::new();
    for Open { changed, target, named, list, account, admitted: admits } in open(scene) {
        let name = match named {
            Named::Own(address) => address.to_string(),
            Named::Other(id) => id.to_owned(),
        };
        let Some(owner) = list.account else {
            // Services of the cloud itself admit everybody.
            let sort = super::targets::known_of(scene, changed, target, named);
            let sort = sort.as_ref().and_then(|known| known.text(target.sorts.attribute));
            if sort == target.sorts.all.first().map(|sort| sort.is) {
                untold.entry((name, account)).or_default().push(changed.address);
            }
            continue;
        };
        let mut admits = admits;
        if let Some(id) = list.id.filter(|_| list.shared) {
            let ask = list.question(scene, target);
            let Some(objects) = scene.found(ask.as_ref()) else {
                untold.entry((format!("{name} ({id})"), account)).or_default().push(changed.address);
                continue;
            };
            let rule =
                scene.on.catalog.schema(&crate::resource::Block::managed(target.admission.kind, "all"));
            let members: BTreeSet<String> = objects
                .iter()
                .flat_map(|object| {
                    let rule = rule.members();
                    let names = rule.map(|rule| rule.by_name(object.attributes.get(rule.attribute.name)));
                    names.into_iter().flat_map(BTreeMap::into_keys).map(str::to_owned)
                })
                .filter(|member| !list.leaving.contains(member))
                .collect();
            match admitted(target, account, &members) {
                Admits::No => {}
                other => admits = other,
            }
        }
        match admits {
            Admits::Yes => {}
            // Nothing says which comes first, the endpoint or the end of the record.
            Admits::No if admitted(target, account, &list.leaving) == Admits::Yes => {
                found.push(Diagnostic {
                    severity: Severity::Warning,
                    ..not_admitted(scene, changed, target, &list, &name, account, owner)
                });
            }
            Admits::Unseen => {
                untold.entry((name, account)).or_default().push(changed.address);
            }
            Admits::No => found.push(not_admitted(scene, changed, target, &list, &name, account, owner)),
        }
    }
    let told = untold.into_iter().map(|((target, account), who)| {
        format!("whether {target} admits account {account} ({})", crate::plan::links::list(&who))
    });
    unseen.extend(told);
}

fn not_admitted(
    scene: &Scene<'_>,
    changed: &Changed<'_>,
    target: &Target,
    list: &List<'_>,
    name: &str,
    account: &str,
    owner: &str,
) -> Diagnostic {
    let admission = &target.admission;
    let member = admission.member.replace("{account}", account);
    let lists = crate::plan::links::list(&list.resources);
    let (whose, hint) = match list.resources.is_empty() {
        true => (
            "which has none".to_owned(),
            format!("declare a `{}` for {name} with `{member}`", admission.kind),
        ),
        false => (lists.clone(), format!("add `{member}` to {lists}")),
    };
    let text = format!(
        "{} is of account {account}, {name} of account {owner}, and the {} of that service ({whose}) does not admit it: {}",
        changed.address,
        admission.kind,
        scene.refused(admission.code),
    );
    let mut finding = Diagnostic::error("The account is not admitted", text).hint(hint);
    for address in &list.resources {
        let place = scene.item(address).and_then(|item| item.place.clone());
        finding = finding.also(place, format!("{address} is here"));
    }
    changed.at(finding, target.attribute)
}
