"""What the sample world holds, read from the file that the simulator has it from."""

from pathlib import Path

import yaml

_SAMPLE = yaml.safe_load((Path(__file__).resolve().parents[3] / "src/sim/sample.yaml").read_text(encoding="utf-8"))
ACCOUNTS = {account["name"]: account for account in _SAMPLE["accounts"]}
PUBLIC = {(service["region"], service["service_name"].rsplit(".", 1)[1]): service for service in _SAMPLE["public_services"]}


def vpc(account, name, region="tr-west-1"):
    project = next(found for found in ACCOUNTS[account]["projects"] if found["region"] == region)
    return next(found for found in project["vpcs"] if found["name"] == name)


def named(things, name):
    return next(thing["id"] for thing in things if thing["name"] == name)


PAYMENTS = vpc("owner", "payments")["id"]
PAYMENTS_BALANCER = named(vpc("owner", "payments")["ports"], "payments-balancer")
ORDERS_BALANCER = named(vpc("owner", "payments")["ports"], "orders-balancer")
LEDGER_VM = named(vpc("owner", "payments")["ports"], "ledger-vm")
CLIENTS = vpc("owner", "clients")["id"]
CLIENTS_A = named(vpc("owner", "clients")["subnets"], "clients-a")
FORBIDDEN_VPC = vpc("owner", "benchmarking-range")["id"]
FORBIDDEN_BALANCER = named(vpc("owner", "benchmarking-range")["ports"], "forbidden-balancer")
FORBIDDEN_SUBNET = named(vpc("owner", "benchmarking-range")["subnets"], "forbidden")
CHECKOUT = vpc("shop", "checkout")["id"]
CHECKOUT_A = named(vpc("shop", "checkout")["subnets"], "checkout-a")
CHECKOUT_B = named(vpc("shop", "checkout")["subnets"], "checkout-b")
CHECKOUT_TABLES = [table["id"] for table in vpc("shop", "checkout")["route_tables"]]
LINK = vpc("shop", "warehouse-link")["id"]
LINK_A = named(vpc("shop", "warehouse-link")["subnets"], "link-a")
LINK_TABLE = vpc("shop", "warehouse-link")["route_tables"][0]["id"]
NOBODY = "00000000-0000-4000-8000-000000000000"
