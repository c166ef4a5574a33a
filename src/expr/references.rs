//! What a template refers to, in words: for graphs and for readers of Terraform's form.

use super::ast::{Node, Path, Root, Step};
use super::template::Template;

impl Template {
    /// Every name the template reads, in the order of reading: each path as far as it is constant,
    /// followed by the shorter ones that it goes through down to the resource or variable.
    pub fn references(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        self.each_path(&mut |_, path, _, _| {
            for name in names(path) {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
        });
        found
    }
}

/// The path and the shorter ones it goes through, longest first.
fn names(path: &Path) -> Vec<String> {
    let (root, object) = match &path.root {
        Root::Var(name) => (format!("var.{name}"), false),
        Root::Local(name) => (format!("local.{name}"), false),
        Root::Env(name) => (format!("env.{name}"), false),
        Root::EachKey => ("each.key".to_owned(), false),
        Root::EachValue => ("each.value".to_owned(), false),
        Root::ModuleDir => ("path.module".to_owned(), false),
        Root::Block(block) => (block.to_string(), true),
        Root::Bound(_) | Root::Value(_) => return Vec::new(),
    };
    let mut names = vec![root];
    for step in &path.steps {
        let last = names.last().map_or("", String::as_str);
        let next = match step {
            Step::Name(name, _) => format!("{last}.{name}"),
            Step::Index(index) => match &index.node {
                Node::Literal(key) => format!("{last}[{key}]"),
                _ => break,
            },
            Step::Splat(..) => break,
        };
        names.push(next);
        // Beyond the attribute of an object a reader has no use for the way.
        if object && matches!(step, Step::Name(..)) {
            break;
        }
    }
    names.reverse();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Value;

    #[test]
    fn a_path_is_told_with_what_it_goes_through() {
        for (text, expected) in [
            ("${vpcep_service.payments.id}", &["vpcep_service.payments.id", "vpcep_service.payments"][..]),
            (
                "x-${vpcep_endpoint.shop[\"eu\"].dns_names[0]}",
                &[
                    "vpcep_endpoint.shop[\"eu\"].dns_names",
                    "vpcep_endpoint.shop[\"eu\"]",
                    "vpcep_endpoint.shop",
                ],
            ),
            ("${[for k, v in var.tenants : v.id]}", &["var.tenants"]),
            ("${local.p}-${each.key}-${local.p}", &["local.p", "each.key"]),
            ("${data.vpcep_public_service.obs[each.key].id}", &["data.vpcep_public_service.obs", "each.key"]),
            ("plain", &[]),
        ] {
            let template = Template::of_value(&Value::from(text)).unwrap();
            assert_eq!(template.references(), expected, "{text}");
        }
    }
}
