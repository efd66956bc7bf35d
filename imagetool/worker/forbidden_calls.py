"""The system calls that a plugin has no business with, and what it hears when it tries."""

from __future__ import annotations

from errno import EACCES, EINVAL, ENOSYS, ENOTSUP, EPERM

from imagetool.worker.seccomp import Condition, Rule

_INET, _INET6, _DATAGRAM, _KIND = 2, 10, 2, 0xF
_TRUNCATE, _ACCESS_MODE, _READ_ONLY = 0o1000, 0o3, 0
_NEW_NAMESPACES, _SIBLING = 0x7E020000, 0x8000  # of <linux/sched.h>
_SET_OWNER, _SET_OWNER_EX, _INJECT_INPUT = 8, 15, 0x5412
_KEEP_SIZE, _REMOVE_PAGES = 1, 9
_ASK = 0xFFFFFFFF
_OF_A_USER, _IO_OF_A_USER = 2, 3

# Other processes, the kernel, the computer: nothing that a model needs.
_NEVER = (
    "ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_getfd migrate_pages "
    "bpf perf_event_open userfaultfd add_key request_key keyctl "
    "mount umount2 move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr pivot_root "
    "chroot unshare setns kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff "
    "acct quotactl quotactl_fd settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog "
    "vhangup ioperm iopl open_by_handle_at name_to_handle_at chown fchown lchown fchownat file_setattr "
    # Landlock does not see who watches a folder of the user's.
    "inotify_add_watch fanotify_init fanotify_mark "
    # Memory that outlives the process, or that belongs to none and so is not counted.
    "shmget msgget semget mq_open"
)
# Programs fall back to something older where a kernel does not have these.
_MISSING = "clone3 openat2 io_uring_setup io_uring_enter io_uring_register memfd_create memfd_secret"
_NO_ATTRIBUTES = "setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat"
# Landlock does not see these, and they reach any file of the user's; but libraries copy a file together with its
# mode and its time, and fail where that fails. In a group of its own a process would escape being ended.
_PRETENDED = "chmod fchmod fchmodat fchmodat2 utime utimes futimesat utimensat setsid setpgid"


def forbidden_calls(own_pid: int, landlock: int, *, network: bool) -> tuple[Rule, ...]:
    """The rules for a process of that id, beside that version of Landlock."""
    return (
        *(Rule(call, EPERM) for call in _NEVER.split()),
        *(Rule(call, ENOSYS) for call in _MISSING.split()),
        *(Rule(call, ENOTSUP) for call in _NO_ATTRIBUTES.split()),
        *(Rule(call, 0) for call in _PRETENDED.split()),
        *_narrowed(),
        *_network(allowed=network),
        *_others(own_pid),
        *(() if landlock >= 6 else _signals(own_pid)),
        *(() if landlock >= 3 else _cutting()),
    )


def _narrowed() -> tuple[Rule, ...]:
    """Calls of which a part is harmless and needed."""
    return (
        Rule("clone", EPERM, (Condition(0, (0,), _NEW_NAMESPACES | _SIBLING, among=False),)),
        Rule("personality", EPERM, (Condition(0, (0, _ASK), among=False),)),
        Rule("fcntl", EPERM, (Condition(1, (_SET_OWNER, _SET_OWNER_EX)),)),
        Rule("ioctl", EPERM, (Condition(1, (_INJECT_INPUT,)),)),
        # A hole in pixels that the editor has mapped would end the editor where no memory is left to fill it.
        Rule("fallocate", ENOTSUP, (Condition(1, (0, _KEEP_SIZE), among=False),)),
        Rule("madvise", EINVAL, (Condition(2, (_REMOVE_PAGES,)),)),
    )


def _network(*, allowed: bool) -> tuple[Rule, ...]:
    """Never local sockets with a name: behind them are the desktop, keys and other programs."""
    sockets = (Condition(0, (_INET, _INET6), among=False),) if allowed else ()
    return (
        Rule("socket", EACCES, sockets),
        Rule("socketpair", EACCES, (Condition(1, (_DATAGRAM,), _KIND),)),  # one of these could send to any name
        Rule("listen", EACCES),
    )


def _others(own_pid: int) -> tuple[Rule, ...]:
    """Limits and priorities of other processes."""
    mine = (0, own_pid)
    return (
        *(
            Rule(call, EPERM, (Condition(0, mine, among=False),))
            for call in ("prlimit64", "sched_setscheduler", "sched_setparam", "sched_setattr")
        ),
        Rule("setpriority", EPERM, (Condition(0, (_OF_A_USER,)),)),
        Rule("setpriority", EPERM, (Condition(1, mine, among=False),)),
        Rule("ioprio_set", EPERM, (Condition(0, (_IO_OF_A_USER,)),)),
        Rule("ioprio_set", EPERM, (Condition(1, mine, among=False),)),
    )


def _signals(own_pid: int) -> tuple[Rule, ...]:
    """Where Landlock does not tell a process's own children from others, it may signal itself alone."""
    return (
        *(
            Rule(call, EPERM, (Condition(0, (own_pid,), among=False),))
            for call in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
        ),
        Rule("tkill", EPERM),
        Rule("pidfd_send_signal", EPERM),
    )


def _cutting() -> tuple[Rule, ...]:
    """Where Landlock does not see a file being cut short."""
    return (
        Rule("truncate", EACCES),
        Rule("open", EACCES, _cuts_while_reading(1)),
        Rule("openat", EACCES, _cuts_while_reading(2)),
    )


def _cuts_while_reading(flags: int) -> tuple[Condition, ...]:
    return Condition(flags, (0,), _TRUNCATE, among=False), Condition(flags, (_READ_ONLY,), _ACCESS_MODE)
