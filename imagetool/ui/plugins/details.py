"""What is known of one plugin, and the buttons for what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from imagetool.plugin.manifest import Kind, Manifest
from imagetool.plugin.model_entry import ModelEntry
from imagetool.plugin.tasks import WORDS
from imagetool.ui import tokens
from imagetool.ui.plugins.inventory import Group, PluginFacts
from imagetool.ui.plugins.notes import permissions_of, told_one
from imagetool.ui.plugins.sheet import Sheet
from imagetool.ui.widgets.parts import line

_SHOWN_DIGITS = 12


class PluginDetails(QWidget):
    """Shows one plugin at a time; its signals carry it."""

    check_wanted = Signal(object)  # PluginFacts, as of all others
    update_wanted = Signal(object)
    roll_back_wanted = Signal(object)
    switch_wanted = Signal(object)
    remove_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._facts: PluginFacts | None = None
        self._shown: tuple[PluginFacts | None, str] | None = None
        self.sheet = Sheet()
        self.buttons = {
            "check": self._button("Check", "Looks at its files and tries its models", self.check_wanted),
            "update": self._button("Update", "Installs it again from where it came", self.update_wanted),
            "roll back": self._button("Roll back", "", self.roll_back_wanted),
            "switch": self._button("Disable", "", self.switch_wanted),
            "remove": self._button("Remove…", "Removes it with all its versions", self.remove_wanted),
        }
        row = QHBoxLayout()
        row.setContentsMargins(tokens.AROUND_PX, tokens.BETWEEN_PX, tokens.AROUND_PX, tokens.AROUND_PX)
        row.setSpacing(tokens.BETWEEN_PX)
        for place, button in enumerate(self.buttons.values()):
            if place == 3:
                row.addStretch()
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sheet, 1)
        self._line = line()
        column.addWidget(self._line)
        column.addLayout(row)
        self.show_plugin(None, "")

    def show_plugin(self, facts: PluginFacts | None, trouble: str) -> None:
        """Another plugin; `trouble` is what went wrong with it last."""
        if (facts, trouble) == self._shown:
            return
        self._facts, self._shown = facts, (facts, trouble)
        self.sheet.clear()
        self._show_buttons(facts)
        if facts is None:
            return
        self.sheet.add_line(facts.name, "name")
        manifest = facts.manifest
        if manifest:
            self.sheet.add_line(_who(manifest), "muted")
        for problem in dict.fromkeys((facts.problem, trouble)):
            if problem:
                self.sheet.add_trouble(problem)
        if manifest:
            self._add_manifest(manifest, facts)
        self._add_records(facts)

    def _button(self, text: str, tip: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: signal.emit(self._facts))
        return button

    def _show_buttons(self, facts: PluginFacts | None) -> None:
        buttons = self.buttons
        removable = facts is not None and facts.removable
        runs = facts is not None and facts.group in (Group.INSTALLED, Group.BUNDLED)
        buttons["check"].setVisible(runs and facts is not None and facts.plugin is not None)
        buttons["update"].setVisible(facts is not None and facts.updatable)
        buttons["roll back"].setVisible(removable and bool(facts and facts.previous))
        buttons["switch"].setVisible(removable and facts is not None and facts.group is not Group.BROKEN)
        buttons["remove"].setVisible(removable)
        self._line.setVisible(any(not button.isHidden() for button in buttons.values()))
        if facts:
            off = facts.group is Group.DISABLED
            buttons["switch"].setText("Enable" if off else "Disable")
            buttons["switch"].setToolTip("Offers its models" if off else "Keeps it, and offers none of its models")
            buttons["roll back"].setToolTip(f"Uses version {facts.previous} again")

    def _add_manifest(self, manifest: Manifest, facts: PluginFacts) -> None:
        sheet = self.sheet
        if manifest.summary:
            sheet.add_line(manifest.summary)
        if manifest.models:
            sheet.add_heading("Models")
        for model in manifest.models:
            self._add_model(model, manifest.summary)
        for loader in manifest.loaders:
            sheet.add_heading("Reads files")
            kinds = ", ".join((*loader.files, *(("folders",) if loader.folders else ())))
            sheet.add_line(f"{loader.name}: {kinds}")
        if facts.group is not Group.BUNDLED:
            sheet.add_heading("What it may do")
            if manifest.kind is Kind.WEIGHTS:
                sheet.add_line("It brings no code, only weights; the loader that runs them may do this:")
            for permission in manifest.permissions:
                sheet.add_line(f"It asks to reach {permission.host}: {permission.reason}")
            sheet.add_permissions(permissions_of(manifest))
        if manifest.packages:
            sheet.add_heading("Packages of its own")
            sheet.add_line(", ".join(manifest.packages))

    def _add_model(self, model: ModelEntry, said: str) -> None:
        self.sheet.add_line(f"{model.name} · {WORDS[model.task].verb}", "strong")
        if model.summary and model.summary != said:
            self.sheet.add_line(model.summary, "muted")
        for file in model.weights:
            licence = f" · {file.license}" if file.license else ""
            text = f"{file.file} · {megabytes(file.size)} · SHA-256 {file.sha256[:_SHOWN_DIGITS]}…{licence}"
            self.sheet.add_line(text, "small")

    def _add_records(self, facts: PluginFacts) -> None:
        sheet = self.sheet
        if facts.tests:
            sheet.add_heading("Tried on this computer")
            for test in facts.tests:
                sheet.add_line(told_one(test))
        came = [
            f"From {facts.source}" if facts.source else "",
            f"You agreed to it on {facts.agreed.partition('T')[0]}." if facts.agreed else "",
            f"Version {facts.previous} is kept to go back to." if facts.previous else "",
        ]
        if any(came):
            sheet.add_heading("Where it came from")
            for text in came:
                if text:
                    sheet.add_line(text)
        if facts.log:
            sheet.add_heading("What went wrong with it")
            sheet.add_log(facts.log, f"Log of {facts.name}")


def _who(manifest: Manifest) -> str:
    parts = (f"Version {manifest.version}", manifest.author, f"licence {manifest.license}", manifest.id)
    return " · ".join(part for part in parts if part)


def megabytes(size_bytes: int) -> str:
    """A size for people."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 100_000 else f"{max(1, size_bytes // 1000)} kB"
