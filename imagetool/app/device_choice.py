"""Where the next jobs run: automatic, or a device that the user has chosen, which is remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from imagetool.jobs.device import AUTO, Device
from imagetool.jobs.events import DevicesFound
from imagetool.jobs.request import Report
from imagetool.ui.device_button import CPU, DeviceButton
from imagetool.ui.inference import Inference
from imagetool.ui.settings import Settings
from imagetool.ui.status_bar import StatusBar

_SETTING = "device"


class DeviceChoice(QObject):
    """Fills the status bar's menu of devices; a device that is not there any more gives way to automatic."""

    changed = Signal()

    def __init__(self, status: StatusBar, settings: Settings, inference: Inference) -> None:
        super().__init__(status)
        self._status, self._settings = status, settings
        self._button: DeviceButton = status.device
        self._devices: tuple[Device, ...] = ()
        self._last = CPU.id  # where automatic jobs ran last
        self._chosen: str = settings.get(_SETTING, AUTO)
        self._button.chosen.connect(self.choose)
        inference.devices_found.connect(self._on_found)
        self._show()

    @property
    def chosen(self) -> str:
        """What requests say: `auto` or a device's id."""
        return self._chosen

    @property
    def text(self) -> str:
        """Where the next job will run, as the status bar says it."""
        return self._button.text()

    def choose(self, device_id: str) -> None:
        """From now on jobs run there; those that are queued already stay as they are."""
        if device_id != self._chosen:
            self._chosen = device_id
            self._settings.set(_SETTING, device_id)
            self._show()
            self.changed.emit()

    def note(self, report: Report) -> None:
        """A job has told where it ran."""
        if not self._devices and report.device != self._last:
            self._last = report.device
            self._show()
            self.changed.emit()

    def _on_found(self, event: DevicesFound) -> None:
        self._devices = event.devices
        if self._chosen != AUTO and self._chosen not in [device.id for device in event.devices]:
            self._status.say(f"The device “{self._chosen}” is not there any more; models run where it is fastest.")
            self._chosen = AUTO  # for now; with the device the choice comes back at the next start
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        fastest = self._devices[0].id if self._devices else self._last
        self._button.show_devices(self._devices or (CPU,), self._chosen, fastest)
