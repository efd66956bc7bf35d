"""A plugin that leaves a process behind that nothing tells from any other, and exits."""

import os

from imagetool.plugin import Inpainter


class Faulty(Inpainter):
    def run(self, image, hole, params, job):
        reader, writer = os.pipe()
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.write(writer, str(os.getpid()).encode())
                for descriptor in range(3, 64):
                    try:
                        os.set_inheritable(descriptor, True)
                    except OSError:
                        pass
                os.execve("/bin/sleep", ["sleep", "60"], {})
            os._exit(0)
        print("grandchild", os.read(reader, 20).decode())
        os._exit(0)
