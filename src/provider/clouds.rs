//! The clouds of a run, one for each provider block, connected when first contacted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Cloud;
use crate::diagnostic::Diagnostic;
use crate::resource::ProviderName;

/// How a provider block becomes a cloud. The block's settings are evaluated here, and only here.
pub type Connector = Arc<dyn Fn(&ProviderName) -> Result<Cloud, Vec<Diagnostic>> + Send + Sync>;

/// The clouds of a run.
pub struct Clouds {
    connector: Connector,
    connected: Mutex<BTreeMap<ProviderName, Arc<Cloud>>>,
}

impl Clouds {
    /// No cloud is contacted yet.
    pub fn new(connector: Connector) -> Clouds {
        Clouds { connector, connected: Mutex::default() }
    }

    /// The cloud of a provider block.
    ///
    /// # Errors
    /// What is wrong with the block's settings.
    pub fn get(&self, name: &ProviderName) -> Result<Arc<Cloud>, Vec<Diagnostic>> {
        let mut connected = self.connected.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cloud) = connected.get(name) {
            return Ok(cloud.clone());
        }
        let cloud = Arc::new((self.connector)(name)?);
        connected.insert(name.clone(), cloud.clone());
        Ok(cloud)
    }
}
