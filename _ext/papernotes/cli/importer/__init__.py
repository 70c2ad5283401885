"""`papernotes import`: the notes of other tools into notes of this one."""
