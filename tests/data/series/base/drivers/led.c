/* A lamp that blinks. */
#include <led.h>

struct led {
	int pin;
	int on;
};

static int led_read (struct led *led)
{
	int value;

	value = port_read (led->pin);
	if (value < 0)
		return value;

	return value & 1;
}

static void led_write (struct led *led, int on)
{
	led->on = on;

	port_write (led->pin, on);
}

int led_blink (struct led *led, int times)
{
	int i;

	for (i = 0; i < times; i++) {
		led_write (led, 1);
		wait (10);
		led_write (led, 0);
		wait (10);
	}

	return led_read (led);
}

void led_free (struct led *led)
{
	port_close (led->pin);

}
