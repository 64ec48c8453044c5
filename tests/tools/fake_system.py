#!/usr/bin/python3
"""Stands in for logind and systemd on a private bus (DBUS_SYSTEM_BUS_ADDRESS): fake_system.py LOG UNITS.

What logind hands out is a real descriptor, and its inhibitor is there until all copies of that are closed. StartUnit of a node's unit
runs the command that the file UNITS has, a word a line, with the instance behind it; a status of that other than 0 is a unit that failed. Each call to systemd is a line of LOG: the method, the unit, what else was said. The
interface org.morpheus.Fake steers it: Shutdown(b), and Behave(s) with "well", "refuse" or "hang" for both."""

import os
import subprocess
import sys

import dbus
import dbus.mainloop.glib
import dbus.service
from gi.repository import GLib

FAKE = "org.morpheus.Fake"
LOGIND = "org.freedesktop.login1.Manager"
SYSTEMD = "org.freedesktop.systemd1.Manager"


class Denied(dbus.DBusException):
    _dbus_error_name = "org.freedesktop.DBus.Error.AccessDenied"


class Manager(dbus.service.Object):
    """What both have: how they behave."""

    behaviour = "well"

    def answer(self, ok, failed, work):
        if Manager.behaviour == "refuse":
            failed(Denied("Permission denied"))
        elif Manager.behaviour == "well":
            ok(work())


class Logind(Manager):
    def __init__(self, bus):
        super().__init__(bus, "/org/freedesktop/login1")
        self.inhibitors, self.coming = [], False

    @dbus.service.method(LOGIND, "ssss", "h", async_callbacks=("ok", "failed"))
    def Inhibit(self, what, who, why, mode, ok, failed):
        self.answer(ok, failed, lambda: self.inhibit((what, who, why, mode)))

    def inhibit(self, inhibitor):
        ours, theirs = os.pipe()
        self.inhibitors.append(inhibitor)

        def dropped(fd, _):
            os.close(fd)
            self.inhibitors.remove(inhibitor)
            return False

        GLib.unix_fd_add_full(GLib.PRIORITY_HIGH, ours, GLib.IO_HUP, dropped)
        handed = dbus.types.UnixFd(theirs)
        os.close(theirs)
        return handed

    @dbus.service.method(LOGIND, "", "a(ssssuu)")
    def ListInhibitors(self):
        return dbus.Array([(*each, 0, 1) for each in self.inhibitors], signature="(ssssuu)")

    @dbus.service.signal(LOGIND, "b")
    def PrepareForShutdown(self, coming):
        pass

    @dbus.service.method("org.freedesktop.DBus.Properties", "ss", "v")
    def Get(self, _, name):
        if name != "PreparingForShutdown":
            raise dbus.DBusException("no property " + name)
        return dbus.Boolean(self.coming)

    @dbus.service.method(FAKE, "b", "")
    def Shutdown(self, coming):
        self.coming = bool(coming)
        self.PrepareForShutdown(coming)

    @dbus.service.method(FAKE, "s", "")
    def Behave(self, how):
        Manager.behaviour = str(how)


class Unit(dbus.service.Object):
    """One that was started, as its process is."""

    def __init__(self, bus, name, number):
        super().__init__(bus, f"/org/freedesktop/systemd1/unit/u{number}")
        self.name, self.process, self.kept = name, None, False

    @dbus.service.method("org.freedesktop.DBus.Properties", "ss", "v")
    def Get(self, _, name):
        status = self.process.poll() if self.process else 0
        if name == "Job":
            return dbus.Struct((dbus.UInt32(0), dbus.ObjectPath("/")), signature="uo")
        if name == "ActiveState":
            return "active" if status is None else "failed" if status and self.kept else "inactive"
        if name == "Result":
            return "exit-code" if status and self.kept else "success"
        raise dbus.DBusException("no property " + name)


class Systemd(Manager):
    def __init__(self, bus, log, units):
        super().__init__(bus, "/org/freedesktop/systemd1")
        self.bus, self.log, self.units, self.loaded = bus, log, units, {}

    def load(self, name):
        if name not in self.loaded:
            self.loaded[name] = Unit(self.bus, name, len(self.loaded))
        return self.loaded[name]

    def keep(self, name, kept):
        self.load(name).kept = kept

    @dbus.service.method(SYSTEMD, "s", "o", async_callbacks=("ok", "failed"))
    def LoadUnit(self, unit, ok, failed):
        self.answer(ok, failed, lambda: dbus.ObjectPath(self.load(str(unit)).__dbus_object_path__))

    @dbus.service.method(SYSTEMD, "s", "", async_callbacks=("ok", "failed"))
    def RefUnit(self, unit, ok, failed):
        self.answer(ok, failed, lambda: self.keep(str(unit), True))

    @dbus.service.method(SYSTEMD, "s", "", async_callbacks=("ok", "failed"))
    def UnrefUnit(self, unit, ok, failed):
        self.note("UnrefUnit", unit)
        self.answer(ok, failed, lambda: self.keep(str(unit), False))

    def note(self, *words):
        with open(self.log, "a", encoding="utf-8") as log:
            print(*words, file=log)

    @dbus.service.method(SYSTEMD, "sba(sv)", "", async_callbacks=("ok", "failed"))
    def SetUnitProperties(self, unit, runtime, properties, ok, failed):
        self.note("SetUnitProperties", unit, bool(runtime), *(f"{name}={int(value)}" for name, value in properties))
        self.answer(ok, failed, lambda: None)

    @dbus.service.method(SYSTEMD, "ss", "o", async_callbacks=("ok", "failed"))
    def StartUnit(self, unit, mode, ok, failed):
        self.note("StartUnit", unit, mode)
        self.answer(ok, failed, lambda: self.start(str(unit)))

    def start(self, unit):
        instance = unit.removeprefix("morpheus-node@").removesuffix(".service")
        with open(self.units, encoding="utf-8") as units:
            self.load(unit).process = subprocess.Popen([*units.read().split("\n")[:-1], instance], stdin=subprocess.DEVNULL)
        return dbus.ObjectPath("/org/freedesktop/systemd1/job/1")


def main(log, units):
    dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
    bus = dbus.bus.BusConnection(os.environ["DBUS_SYSTEM_BUS_ADDRESS"])
    kept = (Logind(bus), Systemd(bus, log, units), dbus.service.BusName("org.freedesktop.systemd1", bus),
            dbus.service.BusName("org.freedesktop.login1", bus))
    assert kept
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(*sys.argv[1:])
