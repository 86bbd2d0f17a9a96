import type { MappingReason } from '../types.ts';
import { LOOKS_AGAIN, type Wording } from './describe-wording.ts';

const NAME_IT =
  'find it in the Microsoft Entra admin center of our tenant, under Enterprise applications (for a guest group: under Groups), by its time of creation, and set spec.principalId to its object id';

const LIST_COMMAND =
  '`az rest --resource https://api.fabric.microsoft.com --url https://api.fabric.microsoft.com/v1/admin/crosstenantauth/mappings`';

export const MAPPING_WORDING: Readonly<Record<MappingReason, Wording>> = {
  Adopting: {
    says: 'the guest is mapped already',
    next: 'the operator takes the mapping over; nothing of it is changed',
  },
  AdoptionDiffers: {
    says: 'the guest is mapped already, in another way than the spec says, and a mapping cannot be changed',
    next: `set the spec to what there is, or adoptionPolicy to Always to take it as it is; ${LOOKS_AGAIN}`,
  },
  AdoptionNever: {
    says: 'the guest is mapped already, not by this object, and adoptionPolicy is Never',
    next: `have the mapping deleted by whoever made it, or set adoptionPolicy to IfIdentical; ${LOOKS_AGAIN}`,
  },
  Claimed: {
    says: 'an older object maps this guest',
    next: 'put grants and connection strings into that one and delete this object, or delete the older one: this one then takes its turn by itself',
  },
  Claiming: { says: 'the object has just been found', next: 'the operator claims it' },
  GuestMapping: { says: 'the guest is not mapped yet', next: 'the operator asks Fabric to map the guest' },
  MappingDiffers: {
    says: 'the mapping is not as the spec says, and Fabric changes no mapping: only deleting it and mapping anew would, and the guest could not get in meanwhile',
    next: 'set the spec back, or delete this object and apply it again when the guest can do without access for some hours',
  },
  MappingForeign: {
    says: 'Fabric’s list tells that somebody else made the mapping when this object was not asking for it',
    next: 'the operator strikes it from its notes; then it is taken over or left alone, as adoptionPolicy says, and it stays when this object goes, unless deletionPolicy is DeleteAll',
  },
  MappingLost: {
    says: 'the mapping is gone: somebody deleted it, or the guest’s tenant revoked its consent',
    next: 'the operator maps the guest again; if consent was revoked, Fabric says so',
  },
  MappingSettling: {
    says: 'the guest is mapped, and the list does not show it yet',
    next: 'the operator waits up to ten minutes for the list before it takes the mapping for lost',
  },
  PrincipalAmbiguous: {
    says: 'several objects of our directory are called like the guest, and a role is given to nobody on a guess',
    next: 'find out which of them Fabric made for this guest, and set spec.principalId to its object id',
  },
  PrincipalContradicted: {
    says: 'Fabric says that another principal represents the guest than spec.principalId does',
    next: 'remove spec.principalId, or correct it; until then nobody is given anything',
  },
  PrincipalNoting: { says: 'the principal that represents the guest is known', next: 'the operator writes it down' },
  PrincipalRecycled: {
    says: 'the principal that represented the guest is not in our directory any more: Fabric removes it when the guest has not logged in to a warehouse for five days',
    next: 'where this object made the mapping and found the principal itself, the operator asks Fabric for another one; else a login of the guest, or mapping anew, makes one: correct or remove spec.principalId then',
  },
  PrincipalReplicating: {
    says: 'Fabric has mapped the guest, and our directory does not know the new principal yet',
    next: 'that takes some minutes; the operator looks again by itself',
  },
  PrincipalResolved: { says: 'it is known who represents the guest', next: 'nothing is to be done' },
  PrincipalUnneeded: {
    says: 'the guest is mapped, and no grant asks who represents it',
    next: 'nothing is to be done by the operator; rights inside a warehouse are given there',
  },
  PrincipalUnproven: {
    says: 'one object of our directory is called like the guest, but nothing proves that Fabric made it for this mapping: it was not made within the hour after it, or does not tell its age',
    next: 'compare it with the guest, and set spec.principalId to its object id if it is the one',
  },
  PrincipalUnreadable: {
    says: 'our directory may not be searched',
    next: `set spec.principalId, and principalLookup to None; ${LOOKS_AGAIN}`,
  },
  PrincipalUnresolved: {
    says: 'Fabric does not say which principal represents the guest in our tenant, so no role can be given to it',
    next: `${NAME_IT}; or set principalLookup to Graph, which needs Application.Read.All (for groups Group.Read.All) for the operator’s identity`,
  },
  PrincipalUntold: {
    says: 'the guest is mapped, and Fabric has not said yet which principal represents it in our tenant',
    next: 'the operator reads it from the list of all mappings, about every half hour; whoever cannot wait sets spec.principalId',
  },
  ReadRefused: {
    says: 'the mappings of the tenant may not be read',
    next: `a Fabric administrator lets the operator’s identity (a service principal: managed identities are not documented for this) through "Service principals can call Fabric public APIs" and "Service principals can access read-only admin APIs" in the admin portal under Tenant settings, which takes up to 15 minutes to work; whether it is enough shows, signed in as that identity, ${LIST_COMMAND}; ${LOOKS_AGAIN}`,
  },
  Unobservable: { says: 'something could not be read', next: 'the operator reads it again by itself' },
};
