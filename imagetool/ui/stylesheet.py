"""The style sheet of the window; `$name` stands for a token."""

SHEET = """
* { outline: none; }
QMainWindow, QDialog, QWidget#chrome { background: $chrome; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 6px; }

QMenuBar { background: $chrome; border-bottom: 1px solid $line; padding: 2px 4px; }
QMenuBar::item { padding: 4px 8px; border-radius: ${corner_px}px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenu { background: $chrome; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 5px 24px 5px 8px; border-radius: ${corner_px}px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::icon { padding-left: 8px; }

QStatusBar { background: $chrome; border-top: 1px solid $line; }
QStatusBar::item { border: none; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QHeaderView::section { background: $chrome; color: $muted; border: none; border-bottom: 1px solid $line;
    padding: 4px 8px; }

QPushButton {
    background: $raised; border: 1px solid $line; border-radius: ${corner_px}px;
    min-height: 24px; padding: 2px 12px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border-color: $accent; }
QPushButton:disabled { color: $muted; }
QPushButton#run { background: $accent; color: $on_accent; border: 1px solid $accent; font-weight: 600;
    min-height: 28px; }
QPushButton#run:hover { background: $accent_hover; }
QPushButton#run:focus { border: 2px solid $text; }
QPushButton#run:disabled { background: $raised; color: $muted; border-color: $line; }
QPushButton#queue { min-height: 28px; }
QPushButton#quiet, QPushButton#segment, QPushButton#fold { background: transparent;
    border: 1px solid transparent; }
QPushButton#fold { color: $muted; text-align: left; padding: 2px 0; }
QPushButton#fold:hover { color: $text; }
QPushButton#fold:focus { border-color: $accent; }
QPushButton#quiet:hover, QPushButton#segment:hover { background: $hover; }
QPushButton#quiet:focus, QPushButton#segment:focus { border-color: $accent; }
QPushButton#segment { padding: 2px 10px; }
QWidget#tasks QPushButton#segment { padding: 2px 8px; }
QPushButton#segment:checked { background: $selected; }

QToolButton { background: transparent; border: 1px solid transparent; border-radius: ${corner_px}px;
    padding: 2px; }
QToolButton:hover { background: $hover; }
QToolButton:checked { background: $selected; }
QToolButton:focus { border-color: $accent; }

QLineEdit, QComboBox, QPlainTextEdit {
    background: $field; border: 1px solid $line; border-radius: ${corner_px}px; padding: 2px 6px; min-height: 22px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QPlainTextEdit#log { min-height: 96px; }
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus { border-color: $accent; }
QLineEdit:disabled, QComboBox:disabled { color: $muted; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { background: $field; border: 1px solid $line; selection-background-color: $selected;
    selection-color: $text; }

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $muted; border-radius: 2px; }
QSlider::handle:horizontal { width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; background: $text; }
QSlider::handle:horizontal:focus { background: $accent; }

QCheckBox { spacing: 8px; min-height: 24px; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $muted; border-radius: 3px;
    background: $field; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QCheckBox:focus::indicator { border-color: $accent; }

QListView, QTreeView { background: $chrome; border: none; }
QTreeView::item { min-height: 26px; padding: 0 6px; }
QTreeView::item:selected { background: $selected; color: $text; }
QListView::item { min-height: 28px; padding: 0 8px; border-radius: ${corner_px}px; }
QListView::item:hover { background: $hover; }
QListView::item:selected { background: $selected; color: $text; }
QListView:focus { border: none; }
QListView#candidates { background: $surround; }
QListView#kept { background: $chrome; }

QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 4px; margin: 1px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTabBar { background: $chrome; qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; padding: 5px 8px 5px 12px; border: none;
    border-right: 1px solid $line; min-height: 20px; }
QTabBar::tab:selected { background: $surround; color: $text; }
QTabBar::tab:hover { color: $text; }

QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QSplitter::handle { background: $line; }
QScrollArea { background: $chrome; border: none; }
QFrame#line { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame#upright { background: $line; border: none; max-width: 1px; min-width: 1px; }
QStatusBar QLabel { padding: 0 4px; }
QStatusBar QPushButton { padding: 0 8px; min-height: 20px; max-height: 20px; }
QPushButton#badge { background: transparent; border: 1px solid $line; color: $text; }
QPushButton#badge:hover { background: $hover; }
QPushButton#badge:focus { border-color: $accent; }
QPushButton#badge:checked { background: $selected; }
QStatusBar QPushButton::menu-indicator { width: 0; }
QLabel#heading { color: $muted; font-size: ${small_px}px; font-weight: 600; }
QLabel#muted { color: $muted; }
QLabel#small { color: $muted; font-size: ${small_px}px; }
QLabel#danger { color: $danger; }
QLabel#title { font-size: 22px; font-weight: 600; }
QLabel#name { font-size: 17px; font-weight: 600; }
QLabel#strong { font-weight: 600; }
QLabel#tag { color: $muted; border: 1px solid $line; border-radius: ${corner_px}px; padding: 0 6px;
    font-size: ${small_px}px; }
QFrame#strip { background: $chrome; border-top: 1px solid $line; }
QFrame#notice { background: $raised; border-bottom: 1px solid $line; }
QFrame#panel { background: $chrome; border: 1px solid $line; border-radius: 6px; }
QFrame#panel QScrollArea, QWidget#bare { background: transparent; }
QFrame#popup { background: $chrome; border: 1px solid $line; border-radius: 6px; }
QProgressBar { background: $field; border: 1px solid $line; border-radius: ${corner_px}px; max-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
"""
