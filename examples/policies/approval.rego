# The owner of a service accepts each connection.
package main

import rego.v1

deny_unapproved contains {"msg": msg, "address": change.address} if {
	some change in wanted
	change.type == "vpcep_service"
	not change.change.after.approval_enabled
	msg := "whoever is on the whitelist connects without being accepted: set `approval_enabled: true`"
}
