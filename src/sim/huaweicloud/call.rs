//! One call as its handler sees it, and the answer that the handler gives.

use http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::body::Fields;
use super::errors::{Refusal, refuse};
use super::gate::{Caller, Issued, text};
use super::query::{Query, read_id};
use crate::sim::cloud::Cloud;
use crate::sim::faults::Fate;
use crate::sim::ground::{Ground, ProjectInfo};
use crate::sim::objects::{Endpoint, Service};
use crate::sim::settings::{Settings, Unseen};

/// A request that has passed the gate.
pub(crate) struct Call<'a> {
    pub(crate) cloud: &'a mut Cloud,
    pub(crate) issued: &'a mut Issued,
    pub(crate) settings: &'a Settings,
    pub(crate) now: Timestamp,
    pub(crate) caller: Option<Caller>,
    /// What the path's `{…}` parts held, in order.
    pub(crate) path: Vec<(&'static str, String)>,
    pub(crate) query: Query,
    pub(crate) headers: &'a HeaderMap,
    /// The JSON body; null where none is taken.
    pub(crate) body: Value,
    /// Where the client reached us: `host:port`.
    pub(crate) host: String,
    pub(crate) fate: Fate,
}

impl Call<'_> {
    pub(crate) fn caller(&self) -> &Caller {
        self.caller
            .as_ref()
            .expect("only operations that need no credentials are called without (please report)")
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        text(self.headers, name).map(str::to_owned)
    }

    pub(crate) fn param(&self, name: &str) -> &str {
        self.path.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The project in the path; the gate has checked that it is the caller's.
    pub(crate) fn project(&self) -> &ProjectInfo {
        &self.cloud.ground.projects[self.param("project")]
    }

    /// Takes as there what this project's request names and the world does not hold, where that is asked for.
    pub(crate) fn assume(&mut self, take: impl FnOnce(&mut Ground, &str)) {
        if self.settings.unseen == Unseen::Assumed {
            let project = self.param("project").to_owned();
            take(&mut self.cloud.ground, &project);
        }
    }

    pub(crate) fn fields(&self) -> Result<Fields<'_>, Refusal> {
        Fields::of(&self.body, "1004")
    }

    /// The id of the service in the path.
    pub(crate) fn service_id(&self) -> Result<Uuid, Refusal> {
        read_id(self.param("service")).ok_or_else(|| refuse("3062"))
    }

    /// The service in the path: another project's reads as missing (VPCEP API reference, section 12.2).
    pub(crate) fn service(&self) -> Result<&Service, Refusal> {
        let found = self.cloud.services.get(&self.service_id()?);
        found
            .filter(|service| service.project == self.param("project") && !self.too_young(service.created_at))
            .ok_or_else(|| refuse("0005"))
    }

    /// The endpoint in the path, likewise.
    pub(crate) fn endpoint(&self) -> Result<&Endpoint, Refusal> {
        let id = read_id(self.param("endpoint")).ok_or_else(|| refuse("2017"))?;
        let found = self.cloud.endpoints.get(&id);
        found
            .filter(|endpoint| {
                endpoint.project == self.param("project") && !self.too_young(endpoint.created_at)
            })
            .ok_or_else(|| refuse("2006"))
    }

    /// The full name of a service of this project.
    pub(crate) fn full_name(&self, service: &Service) -> String {
        service.full_name(self.cloud.ground.region_of(&service.project))
    }
}

/// What goes back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).expect("answers are plain data (please report)");
        Answer { status, body, headers: Vec::new() }
    }

    pub(crate) fn empty(status: u16) -> Answer {
        Answer { status, body: Vec::new(), headers: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: String) -> Answer {
        self.headers.push((name, value));
        self
    }
}

impl Call<'_> {
    /// Whether a fault hides this object, because it is too new.
    pub(crate) fn too_young(&self, created: Timestamp) -> bool {
        !self.fate.hide_younger.is_zero() && self.now.duration_since(created) < self.fate.hide_younger
    }

    /// Whether lists show everything.
    pub(crate) fn sees_all(&self) -> bool {
        self.fate.hide_younger.is_zero()
    }
}
