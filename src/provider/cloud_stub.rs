//! stub
use super::*;
pub enum Cloud {}
impl Read for Cloud {
    async fn identity(&self) -> Result<Identity, ReadFault> { match *self {} }
    async fn list(&self, _: &Kind, _: Option<&str>, _: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Object>, ReadFault> { match *self {} }
    async fn get(&self, _: &Kind, _: &str) -> Result<Option<Object>, ReadFault> { match *self {} }
    async fn lookup(&self, _: &Kind, _: &Attributes) -> Result<Attributes, ReadFault> { match *self {} }
}
impl Cloud { pub fn settling(&self, _: &Kind, _: Option<&Attributes>, _: &Object) -> Settling { match *self {} } }
