;; Finds every `" 4` and `" 5` in the first $size bytes of memory and gives their number; their offsets stand at $found,
;; 32 bits each. It looks at 16 places at once and two bytes beyond: what follows the bytes must be cleared.
(module
  (memory (export "memory") 4)
  (global $found (export "found") i32 (i32.const 0x20000))
  (func (export "find") (param $size i32) (result i32)
    (local $at i32) (local $end i32) (local $places i32)
    (local.set $end (global.get $found))
    (loop $next
      (local.set $places
        (i8x16.bitmask
          (v128.and
            (v128.and
              (i8x16.eq (v128.load (local.get $at)) (i8x16.splat (i32.const 0x22)))
              (i8x16.eq (v128.load offset=1 (local.get $at)) (i8x16.splat (i32.const 0x20))))
            ;; 4 and 5 differ in the lowest bit.
            (i8x16.eq
              (v128.and (v128.load offset=2 (local.get $at)) (i8x16.splat (i32.const 0xfe)))
              (i8x16.splat (i32.const 0x34))))))
      (block $none
        (loop $place
          (br_if $none (i32.eqz (local.get $places)))
          (i32.store (local.get $end) (i32.add (local.get $at) (i32.ctz (local.get $places))))
          (local.set $end (i32.add (local.get $end) (i32.const 4)))
          ;; Takes the lowest bit away.
          (local.set $places (i32.and (local.get $places) (i32.sub (local.get $places) (i32.const 1))))
          (br $place)))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $size))))
    (i32.shr_u (i32.sub (local.get $end) (global.get $found)) (i32.const 2))))
