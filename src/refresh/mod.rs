//! Reading live state: one observation per object.
//!
//! Listings first: the services and endpoints of a project come by pages, once for each provider;
//! what lives under a parent only for the parents that are mentioned. What a listing lacks is
//! confirmed by its own GET before it is called absent.
//!
//! Architecture invariant: `refresh` never writes to a cloud (it knows only `Read`) and decides
//! nothing.

mod ask;
mod observation;
mod read;

pub use ask::{Answers, Ask, AskWhat, Trial};
pub use observation::{Live, Observation, Question, Sight};
pub use read::Reader;
