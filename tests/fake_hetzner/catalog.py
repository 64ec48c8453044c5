"""What there is to buy. Prices are of the kind that the API answers with: decimal texts, net and gross, by location."""

LOCATIONS = [
    {"id": number, "name": name, "description": f"{city} DC Park", "country": country, "city": city, "latitude": 0.0,
     "longitude": 0.0, "network_zone": zone}
    for number, (name, city, country, zone) in enumerate(
        [("fsn1", "Falkenstein", "DE", "eu-central"), ("nbg1", "Nuremberg", "DE", "eu-central"),
         ("hel1", "Helsinki", "FI", "eu-central"), ("ash", "Ashburn", "US", "us-east")], start=1)
]

_TYPES = [  # name, cores, memory in GB, disk in GB, architecture, net a month, where
    ("cx23", 2, 4.0, 40, "x86", 5.49, ["fsn1", "nbg1", "hel1"]),
    ("cx33", 4, 8.0, 80, "x86", 8.49, ["fsn1", "nbg1", "hel1"]),
    ("cax11", 2, 4.0, 40, "arm", 5.99, ["fsn1", "nbg1", "hel1"]),
    ("cpx22", 2, 4.0, 80, "x86", 19.49, ["fsn1", "nbg1", "hel1", "ash"]),
    ("cpx32", 4, 8.0, 160, "x86", 35.49, ["fsn1", "nbg1", "hel1", "ash"]),
]

_IMAGES = ["debian-12", "debian-13", "ubuntu-24.04"]


def _amount(net):
    return {"net": f"{net:.10f}", "gross": f"{net * 1.19:.16f}"}


def _price(location, monthly):
    return {"location": location, "price_hourly": _amount(monthly / 730), "price_monthly": _amount(monthly),
            "included_traffic": 21990232555520, "price_per_tb_traffic": _amount(1.0)}


def _offered(place, said):
    """An entry of `locations`: what the list claims, which may be a lie."""
    available = said["available"] is not False
    return {"id": place["id"], "name": place["name"], "deprecation": said.get("deprecation"), "available": available,
            "recommended": said.get("recommended", available)}


def server_types(offer):
    """All types; `offer(type, location)` is what is said of that pair."""
    types = []
    for number, (name, cores, memory, disk, architecture, monthly, where) in enumerate(_TYPES, start=101):
        types.append({
            "id": number, "name": name, "description": name.upper(), "cores": cores, "memory": memory, "disk": disk,
            "storage_type": "local", "cpu_type": "shared", "category": "shared", "architecture": architecture,
            "deprecation": None, "prices": [_price(location, monthly) for location in where],
            "locations": [_offered(place, offer(name, place["name"])) for place in LOCATIONS if place["name"] in where],
        })
    return types


def images():
    """System images: the same name once an architecture."""
    found = []
    for name in _IMAGES:
        for architecture in ("x86", "arm"):
            found.append({
                "id": 161547260 + len(found), "type": "system", "status": "available", "name": name, "description": name,
                "image_size": None, "disk_size": 5, "created": "2026-01-01T00:00:00+00:00", "created_from": None,
                "bound_to": None, "os_flavor": name.split("-")[0], "os_version": name.split("-")[1],
                "rapid_deploy": True, "protection": {"delete": False}, "deprecated": None, "deleted": None, "labels": {},
                "architecture": architecture,
            })
    return found


def pricing():
    """GET /pricing, as far as servers and addresses go."""
    places = [place["name"] for place in LOCATIONS]
    addresses = [{"location": name, "price_hourly": _amount(0.0008), "price_monthly": _amount(0.50)} for name in places]
    free = [{"location": name, "price_hourly": _amount(0), "price_monthly": _amount(0)} for name in places]
    return {
        "currency": "EUR", "vat_rate": "19.000000",
        "primary_ips": [{"type": "ipv4", "prices": addresses}, {"type": "ipv6", "prices": free}],
        "server_types": [{"id": each["id"], "name": each["name"], "prices": each["prices"]}
                         for each in server_types(lambda *_: {"available": True})],
    }
