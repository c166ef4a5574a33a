//! A believable cloud: a world, its rules, its faults; over HTTP and in process through the same router.
//!
//! It is written from the published API of the cloud alone. Architecture invariant: nothing in here imports another
//! module of this package, so a mistake in a client cannot hide behind the same mistake in the simulator.

mod alibaba;
mod answers;
mod assumed;
mod clock;
mod cloud;
pub mod command;
mod control;
mod faults;
mod ground;
mod huaweicloud;
mod log;
mod objects;
pub mod openapi;
mod ordered;
mod portrait;
pub mod sample;
mod schemas;
pub mod server;
mod settings;
mod simulator;
pub mod store;
#[cfg(test)]
mod tests;
mod text;
mod world;

pub use self::alibaba::objects::{
    Account as AlibabaAccount, AlibabaWorld, BackEnd, ClientToken, Coming, EndpointZone, Instance, Key,
    KibanaLink, LinkEndpoint, LinkService, LoadBalancer, Network,
};
pub use self::alibaba::settings::{
    AlibabaSettings, DeleteUnknown, DryRunAnswer, Paging, Signatures, Throttling,
};
pub use self::clock::SimClock;
pub use self::faults::{ErrorAnswer, FaultRules, Rate, Rule, Shape, Span};
pub use self::objects::{
    Endpoint, EndpointStatus, Next, Permission, PortMapping, ResourceError, Service, ServiceStatus,
    ServiceType, Tag,
};
pub use self::portrait::{Exchange, Portrait, Tenant};
pub use self::sample::SimCredentials;
pub use self::settings::{
    BatchDeleteAnswer, Delays, ErrorShape, LimitZero, OrphanedEndpoints, PermissionsAnswer, PortIdChange,
    Quota, RenameAnswer, Settings, TagRules, Unseen,
};
pub use self::simulator::{Cut, Simulator, writes};
pub use self::world::{
    AccessKey, Account, Counters, Port, Project, PublicService, RouteTable, Subnet, User, Vpc, World,
};
