import { z } from 'zod';
import { uuid } from '../fields.ts';
import { defineRoute, empty, json, media } from '../route.ts';
import { image, imageMediaTypes, imageVariant, photo, upload } from './image.ts';

const imageParams = z.strictObject({ id: uuid });
const noFields = z.strictObject({});

export const imageRoutes = {
  putMyPhoto: defineRoute({
    capability: 'images',
    method: 'PUT',
    path: '/api/me/photo',
    summary: 'Replace my photo',
    access: 'user',
    form: { fields: noFields, upload: upload('photo', true) },
    answers: { 200: json('The photo that is now mine', z.object({ photo })) },
    errors: ['unprocessable_image'],
    replay: 'idempotent',
    volatile: ['photo.id', 'photo.links.thumb', 'photo.links.card', 'photo.links.full'],
  }),
  deleteMyPhoto: defineRoute({
    capability: 'images',
    method: 'DELETE',
    path: '/api/me/photo',
    summary: 'Remove my photo',
    access: 'user',
    answers: { 204: empty('I have no photo, whether I had one or not') },
    errors: [],
    replay: 'idempotent',
    volatile: [],
  }),
  createImage: defineRoute({
    capability: 'images',
    method: 'POST',
    path: '/api/images',
    summary: 'Upload an image',
    access: 'user',
    form: { fields: noFields, upload: upload('image', true) },
    answers: { 201: json('The image, with its variants made', image) },
    errors: ['unprocessable_image'],
    replay: 'keyed',
    volatile: ['id', 'createdAt', 'links.thumb', 'links.card', 'links.full'],
    headers: ['location'],
  }),
  getImage: defineRoute({
    capability: 'images',
    method: 'GET',
    path: '/api/images/:id',
    summary: 'Read what is known of my image',
    access: 'user',
    params: imageParams,
    answers: { 200: json('The image', image) },
    errors: ['not_found'],
    replay: 'safe',
    volatile: [],
  }),
  deleteImage: defineRoute({
    capability: 'images',
    method: 'DELETE',
    path: '/api/images/:id',
    summary: 'Delete my image and all its variants',
    access: 'user',
    params: imageParams,
    answers: { 204: empty('The image is gone') },
    errors: ['not_found'],
    replay: 'idempotent',
    volatile: [],
  }),
  getImageVariant: defineRoute({
    capability: 'images',
    method: 'GET',
    path: '/api/images/:id/:variant',
    summary: 'Fetch a variant, as AVIF, WebP or JPEG by Accept; whoever knows the id may',
    access: 'anyone',
    params: imageParams.extend({ variant: imageVariant }),
    answers: {
      200: media('The bytes', imageMediaTypes),
      206: media('The part asked for by Range', imageMediaTypes),
      304: empty('Not changed since the ETag in If-None-Match'),
    },
    errors: ['not_found', 'not_acceptable', 'range_not_satisfiable'],
    replay: 'safe',
    volatile: [],
    headers: ['etag', 'accept-ranges', 'content-range', 'content-length'],
  }),
} as const;
