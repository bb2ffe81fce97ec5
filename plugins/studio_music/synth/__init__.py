"""The synthesiser: instruments, drum kit, SoundFont player, mixing desk, room and master bus, all in numpy.

Imported only while a piece is being made. Signals are float32 at 48 kHz, [frames] or [frames, 2].
"""
