//! The data lookups (Elasticsearch and PrivateLink API reference, section 5.4).

use super::Alibaba;
use super::fields::{Build, Fields};
use super::request::{Ask, encode};
use crate::provider::{Class, ReadFault};
use crate::resource::{Attributes, Fault, Value};

fn fault(class: Class, message: String) -> ReadFault {
    ReadFault { class, fault: Fault::message(message) }
}

impl Alibaba {
    pub(super) async fn instance(&self, args: &Attributes) -> Result<Attributes, ReadFault> {
        let id = match (args.text("id"), args.text("description")) {
            (Some(id), None) => id.to_owned(),
            (None, Some(description)) => self.instance_called(description).await?,
            _ => return Err(fault(Class::Input, "give either `id` or `description`".to_owned())),
        };
        let path = format!("/openapi/instances/{}", encode(&id));
        let asked = Ask::get("elasticsearch:DescribeInstance", &path, Vec::new());
        let answer = self.session().fetch(&asked).await?;
        Ok(attributes(&id, Fields::of(&answer).inside("Result")))
    }

    /// The API looks for a part of the description; the whole one is meant.
    async fn instance_called(&self, description: &str) -> Result<String, ReadFault> {
        let (operation, path) = ("elasticsearch:ListInstance", "/openapi/instances");
        let rows = self.pages(operation, path, &[("description", description)], "instanceId").await?;
        let same = rows.iter().map(Fields::of);
        let same = same.filter(|row| row.text("description").as_deref() == Some(description));
        let mut ids: Vec<String> = same.filter_map(|row| row.text("instanceId")).collect();
        match (ids.pop(), ids.len()) {
            (Some(id), 0) => Ok(id),
            (None, _) => {
                Err(fault(Class::Missing, format!("no instance has the description `{description}`")))
            }
            (Some(last), _) => {
                ids.push(last);
                ids.sort();
                let (count, shown) = (ids.len(), ids.join(", "));
                Err(fault(
                    Class::Input,
                    format!("{count} instances have the description `{description}`: {shown}"),
                ))
            }
        }
    }
}

fn attributes(id: &str, row: Fields<'_>) -> Attributes {
    let mut build = Build::default();
    build.set("id", Some(id));
    build.texts(
        row,
        &[
            ("description", "description"),
            ("es_version", "esVersion"),
            ("status", "status"),
            ("arch_type", "archType"),
            ("domain", "domain"),
            ("public_domain", "publicDomain"),
            ("kibana_domain", "kibanaDomain"),
            ("protocol", "protocol"),
            ("payment_type", "paymentType"),
            ("instance_category", "instanceCategory"),
            ("resource_group_id", "resourceGroupId"),
            ("created_at", "createdAt"),
            ("updated_at", "updatedAt"),
        ],
    );
    build.set("is_new_deployment", row.flag("isNewDeployment"));
    build.set("service_vpc", row.flag("serviceVpc"));
    for (name, member) in [("port", "port"), ("public_port", "publicPort"), ("kibana_port", "kibanaPort")] {
        build.set(name, row.whole(member));
    }
    let network = row.inside("networkConfig");
    build.texts(network, &[("vpc_id", "vpcId"), ("vswitch_id", "vswitchId"), ("zone_id", "vsArea")]);
    let zones =
        row.rows("zoneInfos").map(|zones| zones.filter_map(|zone| zone.text("zoneId")).collect::<Vec<_>>());
    build.set("zone_ids", zones.map(|zones| zones.into_iter().map(Value::from).collect::<Vec<_>>()));
    build.set("tags", row.tags("tags", "tagKey", "tagValue"));
    build.done()
}
