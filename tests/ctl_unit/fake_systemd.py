#!/usr/bin/python3
"""org.freedesktop.systemd1 on the bus that DBUS_SYSTEM_BUS_ADDRESS names, with the units of the JSON in argv[1]: {unit: {property: value}}.
A list is what a property is at each look, the last one from then on. Says "ready" when it has its name. A unit "hang" makes it answer nothing."""
import json
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

UNITS = json.loads(sys.argv[1])
TYPES = {"StateChangeTimestamp": dbus.UInt64, "ExecMainStatus": dbus.Int32, "NRestarts": dbus.UInt32,
         "Listen": lambda path: dbus.Array([("Stream", path)], signature="(ss)")}
ROOT = "/org/freedesktop/systemd1"


class Unit(dbus.service.Object):
    def __init__(self, bus, number, properties):
        super().__init__(bus, f"{ROOT}/unit/u{number}")
        self.properties = properties

    @dbus.service.method("org.freedesktop.DBus.Properties", in_signature="ss", out_signature="v")
    def Get(self, _interface, name):
        value = self.properties[name]
        if isinstance(value, list):
            value = value.pop(0) if len(value) > 1 else value[0]
        return TYPES.get(name, dbus.String)(value)


class Manager(dbus.service.Object):
    @dbus.service.method("org.freedesktop.systemd1.Manager", in_signature="s", out_signature="o", async_callbacks=("reply", "_error"))
    def LoadUnit(self, name, reply, _error):
        if "hang" not in UNITS:
            reply(dbus.ObjectPath(f"{ROOT}/unit/u{list(UNITS).index(name)}"))


dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
system = dbus.SystemBus()
owned = dbus.service.BusName("org.freedesktop.systemd1", system)
objects = [Manager(system, ROOT)] + [Unit(system, number, properties) for number, properties in enumerate(UNITS.values())]
print("ready", flush=True)
GLib.MainLoop().run()
