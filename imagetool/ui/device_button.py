"""The device that models run on, and behind it a menu of all there are."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton

from imagetool.core.amounts import shown_bytes
from imagetool.jobs.device import AUTO, Device
from imagetool.ui import tokens
from imagetool.ui.icons import icon
from imagetool.ui.widgets.parts import plain_tip, without_mnemonic

CPU = Device("cpu", "", 0)
"""Is always there."""


class DeviceButton(QPushButton):
    """Shows the device of the next job; its menu changes it."""

    chosen = Signal(str)  # a device's id, or `auto`

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("quiet")
        self.setAccessibleName("Device for models")
        self.setIcon(icon("expand"))
        self.setIconSize(QSize(tokens.AROUND_PX, tokens.AROUND_PX))
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow stands behind the name
        self._menu = QMenu(self)
        self._menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._menu.setToolTipsVisible(True)
        self.setMenu(self._menu)
        self.show_devices((CPU,), AUTO, CPU.id)

    def show_devices(self, devices: tuple[Device, ...], chosen: str, fastest: str) -> None:
        """What can be chosen; `fastest` is the id of what automatic means."""
        self.setText(short_name(fastest if chosen == AUTO else chosen))
        known = {device.id: device for device in devices}
        how = "automatic: the fastest there is" if chosen == AUTO else "chosen by you"
        name = _full_name(known.get(fastest if chosen == AUTO else chosen, CPU))
        self.setToolTip(plain_tip(f"Models run on: {name}\n{how}\nA click shows the others"))
        self._menu.clear()
        self._menu.addAction("The next jobs run on").setEnabled(False)
        group = QActionGroup(self._menu)
        rows = [(AUTO, f"Automatic · {short_name(fastest)}"), *((it.id, _full_name(it)) for it in devices)]
        if chosen not in dict(rows):
            rows.append((chosen, short_name(chosen)))
        for device_id, text in rows:
            action = self._menu.addAction(without_mnemonic(text))
            action.setCheckable(True)
            action.setChecked(device_id == chosen)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, device_id=device_id: self.chosen.emit(device_id))


def short_name(device_id: str) -> str:
    """`CPU`, `CUDA`, `CUDA 1`, `MPS`."""
    kind, _, number = device_id.partition(":")
    return f"{kind.upper()} {number}" if number not in ("", "0") else kind.upper()


def _full_name(device: Device) -> str:
    memory = shown_bytes(device.memory_bytes) if device.memory_bytes else ""
    name = device.name if device.name.lower() != device.id else ""
    return " · ".join(part for part in (short_name(device.id), name, memory) if part)
