#ifndef LED_H
#define LED_H

struct led;

/* Blocks while it blinks. */
int led_blink (struct led *led, int times);

void led_free (struct led *led);

/* The board's ports. */
int port_read (int pin);
void port_write (int pin, int on);
void port_close (int pin);

#endif
