"""A whitelist that admits everybody."""

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Everybody(BaseResourceCheck):
    def __init__(self):
        super().__init__(name="A whitelist names who may connect", id="CKV_LANDBRIDGE_3",
                         categories=[CheckCategories.NETWORKING], supported_resources=["vpcep_whitelist"])

    def scan_resource_conf(self, conf):
        """`conf` has every attribute in a list of its own, as this reader gives it."""
        self.evaluated_keys = ["permissions"]
        members = conf.get("permissions") or []
        while len(members) == 1 and isinstance(members[0], list):
            members = members[0]
        named = [member["permission"] if isinstance(member, dict) else member for member in members]
        return CheckResult.FAILED if "*" in named else CheckResult.PASSED


check = Everybody()
