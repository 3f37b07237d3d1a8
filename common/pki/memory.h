/* For this room's own allocations behind a verdict of yes or no. */
#ifndef PKI_MEMORY_H
#define PKI_MEMORY_H

/* Tell who was named to pki_guard(), if anybody was; he does not return. */
void	pki_no_memory(void);

#endif
