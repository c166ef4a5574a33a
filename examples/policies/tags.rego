# Everything that takes tags says whose it is. Other tags than `team`: `data.required_tags`.
package main

import rego.v1

default required_tags := ["team"]

required_tags := data.required_tags

tagged_types := {"vpcep_service", "vpcep_endpoint"}

deny_missing_tags contains {"msg": msg, "address": change.address} if {
	some change in wanted
	change.type in tagged_types
	some tag in required_tags
	not has_tag(change.change.after, tag)
	msg := sprintf("the tag `%s` is missing", [tag])
}

has_tag(after, tag) if after.tags[tag] != ""
