//! The data lookups (Elasticsearch and PrivateLink API reference, section 5.4).

use std::collections::BTreeMap;

use super::Alibaba;
use super::fields::{Build, Fields};
use super::request::{Ask, encode};
use crate::provider::{Class, ReadFault};
use crate::resource::{Attributes, Fault, Object, Value};

/// What a row of a lookup tells of a connection, beside the endpoint's id.
const CONNECTION: [&str; 7] = [
    "endpoint_owner_id",
    "status",
    "endpoint_vpc_id",
    "endpoint_region_id",
    "resource_owner",
    "bandwidth",
    "modified_at",
];

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

    /// The connections of a service (section 8.5).
    pub(super) async fn connections(&self, args: &Attributes) -> Result<Attributes, ReadFault> {
        let service = args.text("service_id").unwrap_or_default();
        let mut found = self.connections_of(&[("ServiceId", service)]).await?;
        let fits = |one: &Object, argument: &str, name: &str| {
            args.text(argument).is_none_or(|wanted| one.attributes.text(name) == Some(wanted))
        };
        found.retain(|one| fits(one, "status", "status") && fits(one, "account", "endpoint_owner_id"));
        let mut rows: BTreeMap<String, Value> = BTreeMap::new();
        for one in found {
            let endpoint = one.attributes.text("endpoint_id").unwrap_or_default().to_owned();
            let mut fields = one.attributes;
            fields.retain(|name| CONNECTION.contains(&name));
            fields.set("id", endpoint.as_str());
            rows.insert(endpoint, Value::from(fields));
        }
        let mut build = Build::default();
        build.set("ids", Some(rows.keys().map(|id| Value::from(id.as_str())).collect::<Vec<_>>()));
        build.set("connections", Some(rows.into_values().collect::<Vec<_>>()));
        let mut answer = build.done();
        for (name, value) in args.iter() {
            answer.set(name, value.clone());
        }
        Ok(answer)
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
