//! One call as its handler sees it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::errors::{Refusal, invalid, missing, refuse};
use super::gate::{Caller, Product};
use super::land::{Change, Land};
use super::objects::{Coming, Instance, LinkEndpoint, LinkService};
use super::operations::Operation;
use super::settings::{AlibabaSettings, DryRunAnswer, Paging};
use crate::sim::cloud::{self, Cloud};
use crate::sim::faults::Fate;
use crate::sim::settings::{Delays, Settings, Unseen};

/// A request that has passed the gate.
pub(crate) struct Call<'a> {
    pub(crate) cloud: &'a mut Cloud,
    pub(crate) settings: &'a Settings,
    pub(crate) operation: &'static Operation,
    pub(crate) now: Timestamp,
    pub(crate) caller: Caller,
    /// What the path's holes held, in order.
    pub(crate) path: Vec<String>,
    /// The parameters of the query, or of the form.
    pub(crate) given: BTreeMap<String, String>,
    /// The JSON body; null where there is none.
    pub(crate) body: Value,
    pub(crate) fate: Fate,
}

/// What a handler answers, without the request's id.
pub(crate) type Answer = Result<Value, Refusal>;

impl Call<'_> {
    pub(crate) fn land(&self) -> &Land {
        &self.cloud.alibaba
    }

    /// Takes as there what the request names and the world does not hold, where that is asked for.
    pub(crate) fn assume(&mut self, take: impl FnOnce(&mut Land, &str)) {
        if self.settings.unseen == Unseen::Assumed {
            let account = self.caller.account.clone();
            take(&mut self.cloud.alibaba, &account);
        }
    }

    pub(crate) fn rules(&self) -> &AlibabaSettings {
        &self.settings.alibaba
    }

    pub(crate) fn delays(&self) -> &Delays {
        &self.settings.delays
    }

    pub(crate) fn change(&mut self, change: Change) {
        self.cloud.apply(cloud::Change::Alibaba(Box::new(change)));
    }

    pub(crate) fn new_id(&mut self, prefix: &str) -> String {
        let (id, change) = self.land().new_id(prefix);
        self.change(change);
        id
    }

    /// What will be after a while; at once if there is no while.
    pub(crate) fn coming(&self, delay: jiff::SignedDuration, to: Option<&str>) -> Coming {
        Coming { at: self.now + delay + self.fate.slower, to: to.map(str::to_owned) }
    }

    /// Lets everything happen that takes no time.
    pub(crate) fn settle(&mut self) {
        self.cloud.settle(self.now);
    }

    /// A parameter; an empty one counts as not given.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    pub(crate) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        self.text(name).ok_or_else(|| missing(name))
    }

    /// A truth value in any case: the SDKs write `True` (trap 10).
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        let read = |text: &str| text.to_ascii_lowercase().parse().map_err(|_| invalid(name));
        self.text(name).map(read).transpose()
    }

    pub(crate) fn whole(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.text(name).map(|text| text.parse().map_err(|_| invalid(name))).transpose()
    }

    /// One of these words.
    pub(crate) fn word(&self, name: &str, words: &[&str]) -> Result<Option<&str>, Refusal> {
        match self.text(name) {
            Some(text) if !words.contains(&text) => Err(invalid(name)),
            text => Ok(text),
        }
    }

    /// A list of texts, counted from one: `TagKey.1`.
    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        (1..=100).map_while(|at| self.text(&format!("{name}.{at}")).map(str::to_owned)).collect()
    }

    /// A list of objects, counted from one: the members of `Resource.1`.
    pub(crate) fn objects(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        let members = |at: usize| {
            let prefix = format!("{name}.{at}.");
            let members = self.given.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
            members.map(|(key, value)| (key[prefix.len()..].to_owned(), value.clone())).collect()
        };
        (1..=100).map(members).take_while(|one: &BTreeMap<String, String>| !one.is_empty()).collect()
    }

    pub(crate) fn tags(&self) -> Result<BTreeMap<String, String>, Refusal> {
        let tags: BTreeMap<String, String> = self
            .objects("Tag")
            .into_iter()
            .filter_map(|mut tag| Some((tag.remove("Key")?, tag.remove("Value").unwrap_or_default())))
            .collect();
        if tags.len() > 20 { Err(invalid("Tag")) } else { Ok(tags) }
    }

    /// Of a listing, the rows that have all the tags that the request names.
    pub(crate) fn keep_tagged(&self, rows: &mut Vec<Value>) -> Result<(), Refusal> {
        for (key, value) in self.tags()? {
            let tag = json!({ "Key": key, "Value": value });
            rows.retain(|row| row["Tags"].as_array().is_some_and(|tags| tags.contains(&tag)));
        }
        Ok(())
    }

    /// The region of the request; every operation of PrivateLink needs it.
    pub(crate) fn region(&self) -> Result<String, Refusal> {
        self.needed("RegionId").map(str::to_owned)
    }

    /// The texts and flags that were given, under their own names.
    pub(crate) fn settings_given(
        &self,
        texts: &[&str],
        flags: &[&str],
        numbers: &[&str],
    ) -> Result<Map<String, Value>, Refusal> {
        let mut given = Map::new();
        for name in texts {
            if let Some(text) = self.text(name) {
                given.insert((*name).to_owned(), text.into());
            }
        }
        for name in flags {
            if let Some(flag) = self.flag(name)? {
                given.insert((*name).to_owned(), flag.into());
            }
        }
        for name in numbers {
            if let Some(number) = self.whole(name)? {
                given.insert((*name).to_owned(), number.into());
            }
        }
        Ok(given)
    }

    /// Ends a dry run, for which everything has been checked (sections 5.2 and 8.1).
    pub(crate) fn unless_dry_run(&self) -> Result<(), Refusal> {
        let elasticsearch = self.operation.product == Product::Elasticsearch;
        let name = if elasticsearch { "dryRun" } else { "DryRun" };
        if self.flag(name)? != Some(true) {
            return Ok(());
        }
        let refusal = refuse("DryRunOperation");
        let silent = elasticsearch && self.rules().dry_run == DryRunAnswer::NoResult;
        Err(if silent { refusal.status(200) } else { refusal })
    }

    /// A service of the caller's.
    pub(crate) fn service(&self) -> Result<LinkService, Refusal> {
        let id = self.needed("ServiceId")?;
        let found = self.land().services.get(id).filter(|one| one.account == self.caller.account);
        let region = self.region()?;
        let found = found.filter(|one| one.region == region && !self.too_young(one.created_at));
        found.cloned().ok_or_else(|| refuse("EndpointServiceNotFound"))
    }

    /// A service of the caller's that can be changed now.
    pub(crate) fn settled_service(&self) -> Result<LinkService, Refusal> {
        let service = self.service()?;
        match (service.status.as_str(), service.business_status.as_str()) {
            (_, "FinancialLocked") => Err(refuse("EndpointServiceLocked")),
            ("Active", _) => Ok(service),
            _ => Err(refuse("EndpointServiceOperationDenied")),
        }
    }

    /// An endpoint of the caller's.
    pub(crate) fn endpoint(&self) -> Result<LinkEndpoint, Refusal> {
        let id = self.needed("EndpointId")?;
        let found = self.land().endpoints.get(id).filter(|one| one.owner == self.caller.id);
        let region = self.region()?;
        let found = found.filter(|one| one.region == region && !self.too_young(one.created_at));
        found.cloned().ok_or_else(|| refuse("EndpointNotFound"))
    }

    /// An endpoint of the caller's that can be changed now.
    pub(crate) fn settled_endpoint(&self) -> Result<LinkEndpoint, Refusal> {
        let endpoint = self.endpoint()?;
        match (endpoint.status.as_str(), endpoint.business_status.as_str()) {
            (_, "FinancialLocked") => Err(refuse("EndpointLocked")),
            ("Active", _) => Ok(endpoint),
            _ => Err(refuse("EndpointOperationDenied")),
        }
    }

    /// The connection of an endpoint to a service of the caller's.
    pub(crate) fn connection(&self) -> Result<LinkEndpoint, Refusal> {
        let service = self.service()?.id;
        let endpoint = self.land().endpoints.get(self.needed("EndpointId")?);
        let found = endpoint.filter(|one| one.service_id == service && !self.too_young(one.created_at));
        found.cloned().ok_or_else(|| refuse("EndpointConnectionNotFound"))
    }

    /// The instance in the path.
    pub(crate) fn instance(&self) -> Result<Instance, Refusal> {
        let found = self.land().instances.get(&self.path[0]);
        let status = self.rules().instance_not_found;
        let found = found.filter(|one| one.account == self.caller.account);
        found.cloned().ok_or_else(|| refuse("InstanceNotFound").status(status))
    }

    /// Whether a fault hides this object, because it is too new.
    pub(crate) fn too_young(&self, created: Timestamp) -> bool {
        !self.fate.hide_younger.is_zero() && self.now.duration_since(created) < self.fate.hide_younger
    }

    /// A page of PrivateLink: `MaxResults` and `NextToken` (section 8.1).
    pub(crate) fn page(&self, name: &str, rows: Vec<Value>, total: Option<Value>) -> Answer {
        let most =
            if matches!(name, "Users" | "UserARNs" | "Resources" | "SecurityGroups") { 50 } else { 1000 };
        let size = self.whole("MaxResults")?.unwrap_or(50);
        if !(1..=most).contains(&size) {
            return Err(invalid("MaxResults"));
        }
        let token = self.text("NextToken");
        let start = match token.map(|token| token.strip_prefix("next-").and_then(|at| at.parse().ok())) {
            None => 0,
            Some(Some(start)) => start,
            Some(None) => return Err(invalid("NextToken")),
        };
        let count = rows.len();
        let size = usize::try_from(size).unwrap_or(50);
        let shown: Vec<Value> = rows.into_iter().skip(start).take(size).collect();
        let end = start + shown.len();
        let mut answer = json!({ name: shown, "MaxResults": size });
        if end < count {
            answer["NextToken"] = format!("next-{end}").into();
        }
        if let Some(total) = total {
            answer["TotalCount"] = total;
        }
        Ok(answer)
    }

    /// A page of Elasticsearch: `page` and `size`, without a total (section 5.1).
    pub(crate) fn numbered(&self, rows: Vec<Value>, usual: i64) -> Result<Vec<Value>, Refusal> {
        let read = |name: &str, usual: i64, most: i64| -> Result<usize, Refusal> {
            let refused = || refuse("InvalidParameter").saying(format!("{name} is out of range."));
            let given = match self.text(name).map(str::parse::<i64>) {
                None => usual,
                Some(Ok(number)) => number,
                Some(Err(_)) => return Err(refused()),
            };
            let clamped = given.clamp(1, most);
            if given != clamped && self.rules().paging == Paging::Refuse {
                return Err(refused());
            }
            Ok(usize::try_from(clamped).unwrap_or(1))
        };
        let (page, size) = (read("page", 1, i64::MAX)?, read("size", usual, 100)?);
        Ok(rows.into_iter().skip((page - 1).saturating_mul(size)).take(size).collect())
    }

    /// The names that a call of this operation may give.
    pub(crate) fn check_known(&self) -> Result<(), Refusal> {
        let known: BTreeSet<&str> = self.operation.parameters.iter().copied().collect();
        let strange = |name: &&String| {
            let head = name.split('.').next().unwrap_or_default();
            !(known.contains(name.as_str()) || name.contains('.') && known.contains(head))
        };
        let fields = self.body.as_object();
        let strange_field =
            fields.into_iter().flat_map(Map::keys).find(|name| !known.contains(name.as_str()));
        match self.given.keys().find(strange).or(strange_field) {
            Some(name) => Err(invalid(name)),
            None => Ok(()),
        }
    }
}
