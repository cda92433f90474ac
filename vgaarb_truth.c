// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hardware decodes, whatever its drivers told the VGA arbiter.
 *
 * Reads command registers and bridge controls; switches decode bits of other
 * cards only in the fence. Called from vga_lease.c, in process context.
 */
#include "compat.h"
#include "vga_lease.h"

#define COMMAND_DECODE	(PCI_COMMAND_IO | PCI_COMMAND_MEMORY)

/*
 * Intel graphics, generation 6 and later: GMCH graphics control in the host
 * bridge; with this bit the device claims no VGA cycles. Source: Intel Core
 * datasheet volume 2, GGC register, bit IVD.
 */
#define INTEL_GGC	0x50
#define INTEL_GGC_IVD	BIT(1)

static bool bridges_forward_vga(struct pci_dev *pdev)
{
	struct pci_bus *bus;
	u16 control;

	for (bus = pdev->bus; bus; bus = bus->parent) {
		if (!bus->self)
			continue;
		pci_read_config_word(bus->self, PCI_BRIDGE_CONTROL, &control);
		if (!(control & PCI_BRIDGE_CTL_VGA) ||
		    PCI_POSSIBLE_ERROR(control))
			return false;
	}
	return true;
}

static u16 decode_bits(struct pci_dev *pdev)
{
	u16 command;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	if (PCI_POSSIBLE_ERROR(command))
		return 0;
	return command & COMMAND_DECODE;
}

static bool intel_vga_disabled(struct pci_dev *pdev)
{
	struct pci_dev *host;
	u16 ggc = 0;

	if (pdev->vendor != PCI_VENDOR_ID_INTEL || !pci_is_root_bus(pdev->bus))
		return false;

	host = pci_get_domain_bus_and_slot(pci_domain_nr(pdev->bus),
					   pdev->bus->number, 0);
	if (!host)
		return false;
	pci_read_config_word(host, INTEL_GGC, &ggc);
	pci_dev_put(host);
	return ggc & INTEL_GGC_IVD;
}

/* A driver has enabled the card: somebody depends on its BARs. */
static bool in_use(struct pci_dev *pdev)
{
	return pdev->dev.driver && pci_is_enabled(pdev);
}

/*
 * All VGA cards, with references: finding them anew takes longer than all else
 * that a look does. Forgotten when a device comes or goes.
 */
static struct {
	spinlock_t lock; /* protects all of it */
	bool valid;
	unsigned int changes;
	unsigned int count;
	struct pci_dev *card[VGA_TRUTH_MAX];
} known = { .lock = __SPIN_LOCK_UNLOCKED(known.lock) };

static void put_cards(struct pci_dev **card, unsigned int count)
{
	while (count)
		pci_dev_put(card[--count]);
}

static void learn_cards(void)
{
	struct pci_dev *card[VGA_TRUTH_MAX], *pdev = NULL;
	unsigned int count = 0, changes;

	spin_lock(&known.lock);
	changes = known.changes;
	spin_unlock(&known.lock);

	while (count < VGA_TRUTH_MAX &&
	       (pdev = pci_get_class(PCI_CLASS_DISPLAY_VGA << 8, pdev)))
		card[count++] = pci_dev_get(pdev);
	if (count == VGA_TRUTH_MAX)
		pdev = pci_get_class(PCI_CLASS_DISPLAY_VGA << 8, pdev);
	if (pdev)
		pr_warn_once(KBUILD_MODNAME ": more than %d VGA cards; whether the others decode out of turn is not seen\n",
			     VGA_TRUTH_MAX);
	pci_dev_put(pdev);

	spin_lock(&known.lock);
	if (!known.valid && known.changes == changes) {
		memcpy(known.card, card, sizeof(card));
		known.count = count;
		known.valid = true;
		count = 0;
	}
	spin_unlock(&known.lock);
	put_cards(card, count);
}

static int forget_cards(struct notifier_block *nb, unsigned long action,
			void *dev)
{
	struct pci_dev *card[VGA_TRUTH_MAX];
	unsigned int count;

	if (action != BUS_NOTIFY_ADD_DEVICE &&
	    action != BUS_NOTIFY_DEL_DEVICE &&
	    action != BUS_NOTIFY_REMOVED_DEVICE)
		return NOTIFY_DONE;

	spin_lock(&known.lock);
	memcpy(card, known.card, sizeof(card));
	count = known.count;
	known.count = 0;
	known.valid = false;
	known.changes++;
	spin_unlock(&known.lock);
	put_cards(card, count);
	return NOTIFY_OK;
}

static struct notifier_block forget_nb = { .notifier_call = forget_cards };

/**
 * vga_truth_init - watch for cards that come and go
 *
 * Return: 0 or an error from registering a notifier.
 */
int vga_truth_init(void)
{
	return bus_register_notifier(&pci_bus_type, &forget_nb);
}

/**
 * vga_truth_exit - undo vga_truth_init()
 */
void vga_truth_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &forget_nb);
	forget_cards(NULL, BUS_NOTIFY_DEL_DEVICE, NULL);
}

/* As pci_get_class() for VGA cards. A walk during a hotplug may end early. */
static struct pci_dev *next_vga(struct pci_dev *from)
{
	struct pci_dev *next = NULL;
	unsigned int i = 0;

	if (!from && !READ_ONCE(known.valid))
		learn_cards();

	spin_lock(&known.lock);
	while (from && i < known.count && known.card[i] != from)
		i++;
	if (from)
		i++;
	if (i < known.count)
		next = pci_dev_get(known.card[i]);
	spin_unlock(&known.lock);
	pci_dev_put(from);
	return next;
}

static struct pci_dev *next_other_vga(struct pci_dev *pdev,
				      struct pci_dev *other)
{
	do {
		other = next_vga(other);
	} while (other == pdev);
	return other;
}

static void remember(struct vga_truth *truth, struct pci_dev *pdev, u16 command)
{
	if (truth->count == VGA_TRUTH_MAX)
		return;
	truth->card[truth->count].pdev = pci_dev_get(pdev);
	truth->card[truth->count].command = command;
	truth->count++;
}

/**
 * vga_truth_find - a VGA card by its pointer alone
 * @card: a pointer without a reference, may be stale or NULL
 *
 * Return: the card with a reference that the caller puts, or NULL if there is
 * none such.
 */
struct pci_dev *vga_truth_find(const struct pci_dev *card)
{
	struct pci_dev *pdev = NULL;

	do {
		pdev = next_vga(pdev);
	} while (pdev && pdev != card);
	return pdev;
}

/**
 * vga_truth_routed - do the bridges forward legacy VGA cycles to this card?
 * @pdev: the card
 *
 * Where no bridge is above it, the arbiter routes by the card's decode bits.
 *
 * Return: true if they do.
 */
bool vga_truth_routed(struct pci_dev *pdev)
{
	return bridges_forward_vga(pdev) &&
	       (!pci_is_root_bus(pdev->bus) || decode_bits(pdev));
}

/**
 * vga_truth_bridge_control - can a bridge cut this card off the ranges?
 * @pdev: the card
 *
 * The arbiter's rule (vga_arbiter_check_bridge_sharing()): the card's parent
 * bridge has no other VGA card below it. Where it cannot, the arbiter switches
 * the card's own decode bits, and its BARs disappear with them.
 *
 * Return: true if the parent bridge serves this card alone.
 */
bool vga_truth_bridge_control(struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;
	struct pci_bus *bus;

	if (pci_is_root_bus(pdev->bus))
		return false;
	/* As a rule it is alone: no need to look at all others. */
	if (list_is_singular(&pdev->bus->devices))
		return true;

	while ((other = next_other_vga(pdev, other))) {
		for (bus = other->bus; bus; bus = bus->parent) {
			if (bus == pdev->bus) {
				pci_dev_put(other);
				return false;
			}
		}
	}
	return true;
}

/**
 * vga_truth_elsewhere - another card to have the route
 * @pdev: the card that it shall leave
 * @preferred: pointer to a card to take if it is another, without a reference
 *
 * Else only a card that a bridge can cut off: routing to it switches no decode
 * bits.
 *
 * Return: the card with a reference that the caller puts, or NULL if there is
 * no other such card.
 */
struct pci_dev *vga_truth_elsewhere(struct pci_dev *pdev,
				    const struct pci_dev *preferred)
{
	struct pci_dev *other = vga_truth_find(preferred);

	if (other && other != pdev)
		return other;
	pci_dev_put(other);

	for (other = NULL; (other = next_other_vga(pdev, other));)
		if (vga_truth_bridge_control(other))
			break;
	return other;
}

/**
 * vga_truth_misrouted - do the bridges contradict the arbiter?
 * @pdev: the card that has the arbiter's lock
 *
 * Return: NULL if they forward to @pdev and to no other card that a bridge can
 * cut off; else the other card or, where they do not forward to @pdev, any
 * such card, with a reference that the caller puts.
 */
struct pci_dev *vga_truth_misrouted(struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;

	if (!bridges_forward_vga(pdev))
		return vga_truth_elsewhere(pdev, NULL);

	while ((other = next_other_vga(pdev, other)))
		if (bridges_forward_vga(other) && vga_truth_bridge_control(other))
			break;
	return other;
}

/**
 * vga_truth_bus_sharer - a card in use on the same bus
 * @pdev: the card
 *
 * Return: another VGA card on @pdev's bus that a driver has enabled, with a
 * reference that the caller puts, or NULL.
 */
struct pci_dev *vga_truth_bus_sharer(struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;

	while ((other = next_other_vga(pdev, other)))
		if (other->bus == pdev->bus && in_use(other))
			return other;
	return NULL;
}

/**
 * vga_truth_neighbours - the cards that routing to @pdev may switch off
 * @pdev: the card about to get the route
 * @truth: filled with the cards in use that no bridge can cut off and their
 *	present decode bits; NULL to ask for the answer alone
 *
 * Return: a number that stands for this set of cards; 0 if there are none.
 */
unsigned long vga_truth_neighbours(struct pci_dev *pdev,
				   struct vga_truth *truth)
{
	struct pci_dev *other = NULL;
	unsigned long set = 0;

	while ((other = next_other_vga(pdev, other))) {
		if (!in_use(other) || vga_truth_bridge_control(other))
			continue;
		set += (unsigned long)other + (unsigned long)other->dev.driver;
		if (truth)
			remember(truth, other, decode_bits(other));
	}
	return set;
}

/**
 * vga_truth_disturbed - which neighbours lost their decode bits
 * @truth: from vga_truth_neighbours(); reduced to the cards that lost bits
 *
 * Return: how many.
 */
unsigned int vga_truth_disturbed(struct vga_truth *truth)
{
	unsigned int i, left = 0;

	for (i = 0; i < truth->count; i++) {
		if (truth->card[i].command & ~decode_bits(truth->card[i].pdev))
			truth->card[left++] = truth->card[i];
		else
			pci_dev_put(truth->card[i].pdev);
	}
	truth->count = left;
	return left;
}

/**
 * vga_truth_liars - other cards that decode the legacy ranges right now
 * @pdev: the card that has the route
 * @truth: filled with those cards and their decode bits
 *
 * Return: how many.
 */
unsigned int vga_truth_liars(struct pci_dev *pdev, struct vga_truth *truth)
{
	struct pci_dev *other = NULL;
	u16 command;

	truth->count = 0;
	while ((other = next_other_vga(pdev, other))) {
		command = decode_bits(other);
		if (command && bridges_forward_vga(other) &&
		    !intel_vga_disabled(other))
			remember(truth, other, command);
	}
	return truth->count;
}

static void set_decode_bits(struct pci_dev *pdev, u16 clear, u16 set)
{
	u16 command;

	pci_read_config_word(pdev, PCI_COMMAND, &command);
	if (PCI_POSSIBLE_ERROR(command))
		return;
	pci_write_config_word(pdev, PCI_COMMAND, (command & ~clear) | set);
}

/**
 * vga_truth_fence - switch the liars' decoding off
 * @truth: from vga_truth_liars()
 *
 * Memory decode stays on where a driver is bound, since it depends on its
 * BARs; the ports are switched off in any case.
 */
void vga_truth_fence(struct vga_truth *truth)
{
	unsigned int i;

	for (i = 0; i < truth->count; i++) {
		if (truth->card[i].pdev->dev.driver)
			truth->card[i].command &= PCI_COMMAND_IO;
		set_decode_bits(truth->card[i].pdev, truth->card[i].command, 0);
	}
}

/**
 * vga_truth_unfence - restore what vga_truth_fence() switched off
 * @truth: the same
 */
void vga_truth_unfence(struct vga_truth *truth)
{
	unsigned int i;

	for (i = 0; i < truth->count; i++)
		set_decode_bits(truth->card[i].pdev, 0, truth->card[i].command);
	vga_truth_put(truth);
}

/**
 * vga_truth_put - drop the references
 * @truth: any
 */
void vga_truth_put(struct vga_truth *truth)
{
	while (truth->count)
		pci_dev_put(truth->card[--truth->count].pdev);
}
